//! Pages of at most a hundred entries with a token that only this stand-in reads.

use serde_json::Value;

use super::refusal::Refusal;

const PAGE_MAX: usize = 100;

/// One page of `items` as the request asked for it, and the token of the next.
pub(super) fn page<T>(items: Vec<T>, request: &Value) -> Result<(Vec<T>, Option<String>), Refusal> {
    let asked = request.get("MaxResults").and_then(Value::as_u64).and_then(|asked| usize::try_from(asked).ok());
    let size = asked.filter(|asked| *asked > 0).unwrap_or(PAGE_MAX);
    let start = match request.get("NextToken").and_then(Value::as_str) {
        None => 0,
        Some(token) => read_token(token).ok_or_else(|| Refusal::invalid(format!("Invalid NextToken: {token}")))?,
    };
    let end = start.saturating_add(size);
    let next = (end < items.len()).then(|| format!("page-{end}"));
    Ok((items.into_iter().skip(start).take(size).collect(), next))
}

fn read_token(token: &str) -> Option<usize> {
    token.strip_prefix("page-")?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn pages_follow_their_tokens_until_the_end() {
        let (first, next) = page(vec![1, 2, 3], &json!({"MaxResults": 2})).unwrap();
        assert_eq!(first, [1, 2]);
        let (second, next) = page(vec![1, 2, 3], &json!({"MaxResults": 2, "NextToken": next.unwrap()})).unwrap();
        assert_eq!((second, next), (vec![3], None));
        assert!(page(vec![1], &json!({"NextToken": "made-up"})).is_err());
    }
}
