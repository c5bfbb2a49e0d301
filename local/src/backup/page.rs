//! Lists, page by page.

use serde_json::{Map, Value, json};

use super::read::Asked;
use super::refusal::Refusal;

/// The most that one page has, and what it has when nobody asks.
const PAGE_MAX: usize = 1000;
/// How a token begins. It names the place where the next page starts.
const TOKEN: &str = "place-";

/// The page that a call asks for.
pub(super) fn page(asked: &Asked, name: &str, all: Vec<Value>) -> Result<Value, Refusal> {
    let asked_for = |lower: &str, upper: &str| asked.queried(lower).or_else(|| asked.queried(upper)).map(str::to_owned);
    let most = match asked_for("maxResults", "MaxResults") {
        None => PAGE_MAX,
        Some(text) => match text.parse::<usize>() {
            Ok(most) if (1..=PAGE_MAX).contains(&most) => most,
            Ok(_) | Err(_) => {
                return Err(Refusal::value(format!("MaxResults has to be between 1 and {PAGE_MAX}, not {text}.")));
            }
        },
    };
    let start = match asked_for("nextToken", "NextToken") {
        None => 0,
        Some(token) => token
            .strip_prefix(TOKEN)
            .and_then(|place| place.parse::<usize>().ok())
            .ok_or_else(|| Refusal::value(format!("Invalid pagination token: {token}")))?,
    };
    let end = start.saturating_add(most);
    let next = (end < all.len()).then(|| json!(format!("{TOKEN}{end}")));
    let mut answer = Map::new();
    let _ = answer.insert(name.to_owned(), all.into_iter().skip(start).take(most).collect());
    answer.extend(next.map(|token| ("NextToken".to_owned(), token)));
    Ok(Value::Object(answer))
}
