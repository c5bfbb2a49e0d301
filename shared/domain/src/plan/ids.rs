//! AWS's own ids and names, with the patterns of AWS's service models.

use super::text_type::text_type;

text_type!(
    /// An AWS account. A text, not a number: an id may begin with 0.
    AccountId, "an account id", "12 digits, in quotes",
    "^[0-9]{12}$",
    |text| (text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.to_owned())
);
text_type!(
    /// An S3 bucket's name (general purpose buckets, as they can be created today).
    BucketName, "a bucket name",
    "3 to 63 of a-z, 0-9, dots and -, beginning and ending with a letter or digit (the name only: no s3://, no ARN)",
    "^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", read_bucket
);
text_type!(
    /// An EFS file system.
    FileSystemId, "an EFS file system id", "fs- and 8 to 40 of 0-9 and a-f",
    "^fs-[0-9a-f]{8,40}$", |text| read_hex_id(text, "fs-", 8, 40)
);
text_type!(
    /// An EFS access point.
    AccessPointId, "an EFS access point id", "fsap- and 8 to 40 of 0-9 and a-f",
    "^fsap-[0-9a-f]{8,40}$", |text| read_hex_id(text, "fsap-", 8, 40)
);
text_type!(
    /// A VPC subnet.
    SubnetId, "a subnet id", "subnet- and 8 to 17 of 0-9 and a-f",
    "^subnet-[0-9a-f]{8,17}$", |text| read_hex_id(text, "subnet-", 8, 17)
);
text_type!(
    /// A VPC security group.
    SecurityGroupId, "a security group id", "sg- and 8 to 17 of 0-9 and a-f",
    "^sg-[0-9a-f]{8,17}$", |text| read_hex_id(text, "sg-", 8, 17)
);
text_type!(
    /// An EC2 instance.
    InstanceId, "an instance id", "i- and 8 to 17 of 0-9 and a-f",
    "^i-[0-9a-f]{8,17}$", |text| read_hex_id(text, "i-", 8, 17)
);
text_type!(
    /// A VPC endpoint, through which an agent reaches DataSync.
    VpcEndpointId, "a VPC endpoint id", "vpce- and 17 of 0-9 and a-f",
    "^vpce-[0-9a-f]{17}$", |text| read_hex_id(text, "vpce-", 17, 17)
);
text_type!(
    /// An AWS Region.
    Region, "a Region", "such as ap-northeast-1",
    "^[a-z]{2,4}(-[a-z]+)+-[0-9]{1,2}$", read_region
);
text_type!(
    /// A KMS key, by its ARN: the one form that works from another account.
    KeyArn, "a KMS key ARN", "arn:aws:kms:REGION:ACCOUNT:key/ID",
    "^arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]{1,64}$",
    |text| read_arn(text, "kms", "key/", 64, |b| b.is_ascii_alphanumeric() || b == b'-')
);
text_type!(
    /// A Secrets Manager secret, by its ARN. The plan names secrets and never holds one.
    SecretArn, "a Secrets Manager secret's ARN", "arn:aws:secretsmanager:REGION:ACCOUNT:secret:NAME",
    "^arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:[0-9]{12}:secret:[A-Za-z0-9/_+=.@!-]{1,512}$",
    |text| read_arn(text, "secretsmanager", "secret:", 512, |b| b.is_ascii_alphanumeric() || b"/_+=.@!-".contains(&b))
);
text_type!(
    /// An EC2 instance by its ARN, or a pattern of them.
    InstanceArn, "an EC2 instance's ARN", "arn:aws:ec2:REGION:ACCOUNT:instance/ID; one * may stand at the end",
    "^arn:aws[a-z-]*:ec2:[a-z0-9-]+:[0-9]{12}:instance/([a-z0-9-]{1,40}[*]?|[*])$",
    read_instance_arn
);
text_type!(
    /// An IAM role, by its ARN.
    RoleArn, "a role's ARN", "arn:aws:iam::ACCOUNT:role/NAME, with its path",
    "^arn:aws[a-z-]*:iam::[0-9]{12}:role/([A-Za-z0-9+=,.@_-]{1,64}/){0,4}[A-Za-z0-9+=,.@_-]{1,64}$", read_role_arn
);
text_type!(
    /// An IAM role of this account, by its name (with its path, if it has one) or its ARN.
    InstanceRole, "a role's name or ARN", "letters, digits and +=,.@_-, with / after each part of its path, or an ARN",
    "^(arn:aws[a-z-]*:iam::[0-9]{12}:role/)?([A-Za-z0-9+=,.@_-]{1,64}/){0,4}[A-Za-z0-9+=,.@_-]{1,64}$",
    |text| read_role_arn(text).or_else(|| is_role_name(text).then(|| text.to_owned()))
);
text_type!(
    /// A Lambda function, by its ARN.
    FunctionArn, "a Lambda function's ARN", "arn:aws:lambda:REGION:ACCOUNT:function:NAME",
    "^arn:aws[a-z-]*:lambda:[a-z0-9-]+:[0-9]{12}:function:[A-Za-z0-9:_$-]{1,140}$",
    |text| read_arn(text, "lambda", "function:", 140, |b| b.is_ascii_alphanumeric() || b":_$-".contains(&b))
);
text_type!(
    /// An EC2 instance type.
    InstanceType, "an instance type", "such as t3.micro",
    "^[a-z0-9-]{1,30}[.][a-z0-9-]{1,30}$", read_instance_type
);

fn read_instance_arn(text: &str) -> Option<String> {
    let star = text.strip_suffix('*').unwrap_or(text);
    let allowed = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    let is_all = star != text && star.ends_with(":instance/");
    let probe = if is_all { format!("{star}i") } else { star.to_owned() };
    read_arn(&probe, "ec2", "instance/", 40, allowed).map(|_| text.to_owned())
}

fn read_role_arn(text: &str) -> Option<String> {
    let (partition, rest) = text.strip_prefix("arn:")?.split_once(":iam::")?;
    let (account, role) = rest.split_once(":role/")?;
    let partition = partition.strip_prefix("aws")?;
    let fits = partition.bytes().all(|b| b.is_ascii_lowercase() || b == b'-')
        && account.len() == 12
        && account.bytes().all(|b| b.is_ascii_digit())
        && is_role_name(role);
    fits.then(|| text.to_owned())
}

fn is_role_name(text: &str) -> bool {
    (1..=512).contains(&text.len())
        && !text.starts_with('/')
        && !text.ends_with('/')
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"+=,.@_-/".contains(&b))
}

fn read_instance_type(text: &str) -> Option<String> {
    let (family, size) = text.split_once('.')?;
    let fits = |part: &str| {
        (1..=30).contains(&part.len())
            && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
    };
    (fits(family) && fits(size)).then(|| text.to_owned())
}

fn read_bucket(text: &str) -> Option<String> {
    let edge = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    let fits = (3..=63).contains(&text.len())
        && text.starts_with(edge)
        && text.ends_with(edge)
        && text.chars().all(|c| edge(c) || c == '.' || c == '-');
    fits.then(|| text.to_owned())
}

fn read_hex_id(text: &str, start: &str, shortest: usize, longest: usize) -> Option<String> {
    let hex = text.strip_prefix(start)?;
    let fits = (shortest..=longest).contains(&hex.len()) && hex.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    fits.then(|| text.to_owned())
}

fn read_region(text: &str) -> Option<String> {
    let (words, number) = text.rsplit_once('-')?;
    let (area, rest) = words.split_once('-')?;
    let lower = |word: &str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase());
    let fits = (1..=2).contains(&number.len())
        && number.bytes().all(|b| b.is_ascii_digit())
        && (2..=4).contains(&area.len())
        && lower(area)
        && rest.split('-').all(lower);
    fits.then(|| text.to_owned())
}

fn read_arn(text: &str, service: &str, kind: &str, longest: usize, allowed: fn(u8) -> bool) -> Option<String> {
    let (partition, rest) = text.strip_prefix("arn:")?.split_once(':')?;
    let (named, rest) = rest.split_once(':')?;
    let (region, rest) = rest.split_once(':')?;
    let (account, rest) = rest.split_once(':')?;
    let name = rest.strip_prefix(kind)?;
    let partition_rest = partition.strip_prefix("aws")?;
    let fits = partition_rest.bytes().all(|b| b.is_ascii_lowercase() || b == b'-')
        && named == service
        && !region.is_empty()
        && region.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        && account.len() == 12
        && account.bytes().all(|b| b.is_ascii_digit())
        && (1..=longest).contains(&name.len())
        && name.bytes().all(allowed);
    fits.then(|| text.to_owned())
}
