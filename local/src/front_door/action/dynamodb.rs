//! DynamoDB's operations: a transaction needs the actions of its items, a query the index that it reads.

use serde_json::Value;

use super::{Need, Place, plain};

/// What `operation` needs.
pub(super) fn needs(operation: &str, body: &Value, place: &Place) -> Vec<Need> {
    match operation {
        "TransactWriteItems" | "TransactGetItems" => transaction(body, place),
        "BatchGetItem" | "BatchWriteItem" => batch(operation, body, place),
        _ => vec![single(operation, body, place)],
    }
}

fn single(operation: &str, body: &Value, place: &Place) -> Need {
    let Some(table) = body.get("TableName").and_then(Value::as_str) else {
        return plain("dynamodb", operation);
    };
    let table = table_arn(table, place);
    let resource = match body.get("IndexName").and_then(Value::as_str) {
        Some(index) => format!("{table}/index/{index}"),
        None => table,
    };
    with_keys(Need::new(format!("dynamodb:{operation}"), resource), body)
}

fn transaction(body: &Value, place: &Place) -> Vec<Need> {
    let items = body.get("TransactItems").and_then(Value::as_array).into_iter().flatten();
    let mut needs: Vec<Need> = Vec::new();
    for (kind, item) in items.filter_map(Value::as_object).flatten() {
        let action = match kind.as_str() {
            "Put" => "dynamodb:PutItem",
            "Update" => "dynamodb:UpdateItem",
            "Delete" => "dynamodb:DeleteItem",
            "ConditionCheck" => "dynamodb:ConditionCheckItem",
            _ => "dynamodb:GetItem",
        };
        let table = item.get("TableName").and_then(Value::as_str).unwrap_or("*");
        let need = with_keys(Need::new(action, table_arn(table, place)), item);
        if !needs.contains(&need) {
            needs.push(need);
        }
    }
    needs
}

fn batch(operation: &str, body: &Value, place: &Place) -> Vec<Need> {
    let tables = body.get("RequestItems").and_then(Value::as_object).into_iter().flatten();
    tables.map(|(table, _)| Need::new(format!("dynamodb:{operation}"), table_arn(table, place))).collect()
}

/// `dynamodb:LeadingKeys` is the value of the partition key, which only the table's schema names: nightferry's is `pk`.
fn with_keys(need: Need, item: &Value) -> Need {
    let key =
        ["/Key/pk", "/Item/pk", "/Key/PK", "/Item/PK"].iter().find_map(|path| item.pointer(path)?.get("S")?.as_str());
    match key {
        Some(key) => need.with("dynamodb:LeadingKeys", vec![key.to_owned()]),
        None => need,
    }
}

fn table_arn(table: &str, place: &Place) -> String {
    if table.starts_with("arn:") { table.to_owned() } else { place.arn("dynamodb", &format!("table/{table}")) }
}
