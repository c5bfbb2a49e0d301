//! The keys that AWS makes for a service when it first needs one: one a service, account and Region, under an alias that only AWS gives.

use hyper::Method;
use serde_json::{Value, json};

use super::{Ask, Upstream, UpstreamError};

/// ARN of the key that AWS manages for a service such as `backup`, in the account and Region that `kms` is seen from. It is made if there is none.
pub async fn managed_key(kms: &Upstream, service: &str) -> Result<String, UpstreamError> {
    let alias = format!("alias/aws/{service}");
    if let Some(arn) = key(kms, &alias).await? {
        return Ok(arn);
    }
    let policy = policy(service, kms.account(), kms.region()).to_string();
    let description = format!("Default key that protects my {service} data when no other key is defined");
    let made = asked(kms, "CreateKey", &json!({"Policy": policy, "Description": description})).await?;
    let arn = arn_of(&made).unwrap_or_default();
    match asked(kms, "CreateAlias", &json!({"AliasName": alias, "TargetKeyId": arn})).await {
        // Somebody was quicker, and theirs is the one.
        Err(UpstreamError::Refused { code, .. }) if code == "AlreadyExistsException" => {
            let deleted = json!({"KeyId": arn, "PendingWindowInDays": 7});
            let _ = asked(kms, "ScheduleKeyDeletion", &deleted).await?;
            Ok(key(kms, &alias).await?.unwrap_or_default())
        }
        Err(error) => Err(error),
        Ok(_) => Ok(arn),
    }
}

/// The key by its ARN, id or alias; `None` when there is none.
async fn key(kms: &Upstream, name: &str) -> Result<Option<String>, UpstreamError> {
    match asked(kms, "DescribeKey", &json!({"KeyId": name})).await {
        Ok(told) => Ok(arn_of(&told)),
        Err(UpstreamError::Refused { code, .. }) if code == "NotFoundException" => Ok(None),
        Err(error) => Err(error),
    }
}

fn arn_of(told: &Value) -> Option<String> {
    told.pointer("/KeyMetadata/Arn").and_then(Value::as_str).map(str::to_owned)
}

/// AWS's own policy of such a key: whoever of the account comes through the service, and the account itself to look at it.
fn policy(service: &str, account: &str, region: &str) -> Value {
    let through = json!({"StringEquals": {
        "kms:CallerAccount": account, "kms:ViaService": format!("{service}.{region}.amazonaws.com"),
    }});
    json!({"Version": "2012-10-17", "Id": format!("auto-{service}-1"), "Statement": [
        {
            "Sid": "Allow access through the service for all principals in the account that are authorized to use it",
            "Effect": "Allow", "Principal": {"AWS": "*"}, "Resource": "*", "Condition": through,
            "Action": ["kms:CreateGrant", "kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"],
        },
        {
            "Sid": "Allow direct access to key metadata to the account",
            "Effect": "Allow", "Principal": {"AWS": format!("arn:aws:iam::{account}:root")}, "Resource": "*",
            "Action": ["kms:Describe*", "kms:Get*", "kms:List*", "kms:RevokeGrant"],
        },
    ]})
}

async fn asked(kms: &Upstream, operation: &str, body: &Value) -> Result<Value, UpstreamError> {
    let ask = Ask::new(Method::POST, "kms", "/")
        .header("content-type", "application/x-amz-json-1.1")
        .header("x-amz-target", format!("TrentService.{operation}"))
        .body(body.to_string());
    let answer = kms.read(ask).await?;
    serde_json::from_slice(&answer).or_else(|error| {
        if answer.is_empty() {
            return Ok(Value::Null);
        }
        Err(UpstreamError::Unreadable { request: format!("kms {operation}"), reason: error.to_string() })
    })
}
