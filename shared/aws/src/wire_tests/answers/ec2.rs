//! EC2's good answers.

const INSTANCES: &str = "<reservationSet><item><instancesSet><item><instanceId>i-0123456789abcdef0</instanceId>\
     <instanceState><name>running</name></instanceState><iamInstanceProfile>\
     <arn>arn:aws:iam::123456789012:instance-profile/Web</arn></iamInstanceProfile>\
     <tagSet><item><key>AWSBackup</key><value>EC2</value></item></tagSet></item></instancesSet></item></reservationSet>";
const STATUS: &str = "<instanceStatusSet><item><instanceId>i-0123456789abcdef0</instanceId>\
     <instanceStatus><status>ok</status></instanceStatus></item></instanceStatusSet>";
const ENDPOINT: &str = "<vpcEndpointSet><item><vpcEndpointId>vpce-0123456789abcdef0</vpcEndpointId><vpcId>vpc-1</vpcId>\
     <state>available</state><serviceName>com.amazonaws.ap-northeast-1.datasync</serviceName>\
     <privateDnsEnabled>true</privateDnsEnabled>\
     <networkInterfaceIdSet><item>eni-1</item><item>eni-2</item></networkInterfaceIdSet></item></vpcEndpointSet>";
const INTERFACES: &str = "<networkInterfaceSet><item><subnetId>subnet-0a1b2c3d</subnetId>\
     <privateIpAddress>10.0.1.4</privateIpAddress>\
     <groupSet><item><groupId>sg-0a1b2c3d</groupId></item></groupSet></item></networkInterfaceSet>";
const SUBNET: &str = "<subnetSet><item><subnetId>subnet-0a1b2c3d</subnetId><vpcId>vpc-1</vpcId>\
     <availabilityZone>ap-northeast-1a</availabilityZone><cidrBlock>10.0.1.0/24</cidrBlock>\
     <availableIpAddressCount>251</availableIpAddressCount></item></subnetSet>";
const IMAGE: &str = "<imagesSet><item><imageId>ami-0fedcba9876543210</imageId><imageState>available</imageState>\
     <blockDeviceMapping><item><deviceName>/dev/xvda</deviceName><ebs><snapshotId>snap-1</snapshotId></ebs></item>\
     </blockDeviceMapping></item></imagesSet>";
const SNAPSHOT: &str = "<snapshotSet><item><snapshotId>snap-1</snapshotId><encrypted>true</encrypted>\
     <kmsKeyId>arn:aws:kms:ap-northeast-1:123456789012:key/0a1b2c3d</kmsKeyId></item></snapshotSet>";
const GROUP: &str = "<securityGroupInfo><item><groupId>sg-0a1b2c3d</groupId><vpcId>vpc-1</vpcId><ipPermissions><item>\
     <ipProtocol>tcp</ipProtocol><fromPort>443</fromPort><toPort>443</toPort>\
     <prefixListIds><item><prefixListId>pl-1</prefixListId></item></prefixListIds></item></ipPermissions></item>\
     </securityGroupInfo>";

/// Of a subnet without a route table of its own, so that its VPC's is asked for.
pub(super) fn answer(operation: &str) -> String {
    let told = match operation {
        "DescribeInstances" => INSTANCES,
        "DescribeInstanceStatus" => STATUS,
        "DescribeVpcEndpoints" => ENDPOINT,
        "DescribeNetworkInterfaces" => INTERFACES,
        "DescribeImages" => IMAGE,
        "DescribeSnapshots" => SNAPSHOT,
        "DescribeSubnets" => SUBNET,
        "DescribeSecurityGroups" => GROUP,
        _ => "",
    };
    format!("<{operation}Response xmlns=\"http://ec2.amazonaws.com/doc/2016-11-15/\">{told}</{operation}Response>")
}
