//! Instances: what a policy may ask about them, and what EC2 tells of them that the emulator doesn't.

use http_body_util::BodyExt as _;
use hyper::{Response, header, http::request::Parts};
use roxmltree::{Document, Node};

use super::FrontDoor;
use super::action::Need;
use super::heading::form_value;
use super::reply::{self, Body};
use crate::tokens::Tokens;
use crate::upstream::{Upstream, ec2};

/// Tells the tags of each instance that a call is about. One that can't be read has none, so that a condition on a tag denies.
pub(super) async fn circumstances(upstream: &Upstream, account: &str, region: &str, needs: &mut [Need]) {
    let aws = upstream.seen_from(account, region);
    for need in needs.iter_mut() {
        let Some((_, id)) = need.resource.split_once(":instance/") else { continue };
        let Ok(Some(instance)) = ec2::instance(&aws, id).await else { continue };
        for (key, value) in instance.tags {
            need.context.push((format!("aws:ResourceTag/{key}"), vec![value.clone()]));
            need.context.push((format!("ec2:ResourceTag/{key}"), vec![value]));
        }
    }
}

/// The emulator's answer; of instances it also says whether they demand tokens, as they were started.
pub(super) async fn answered(door: &FrontDoor, operation: &str, parts: &Parts, form: bytes::Bytes) -> Response<Body> {
    let asked = form_value(&String::from_utf8_lossy(&form), ec2::TOKENS);
    let response = door.client.forward(&door.ministack.now(), parts, reply::full(form)).await;
    if !matches!(operation, "RunInstances" | "DescribeInstances") || !response.status().is_success() {
        return response;
    }
    let (mut head, body) = response.into_parts();
    let xml = match body.collect().await {
        Ok(body) => String::from_utf8_lossy(&body.to_bytes()).into_owned(),
        Err(error) => return reply::answer(502, "text/plain", error.to_string()),
    };
    if operation == "RunInstances" && asked.as_deref() == Some("required") {
        for (_, id) in &ids(&xml) {
            door.tokens.demand(id);
        }
    }
    let _ = head.headers.remove(header::CONTENT_LENGTH);
    Response::from_parts(head, reply::full(told(&xml, &door.tokens)))
}

/// The document with the options of each instance's metadata service.
fn told(xml: &str, tokens: &Tokens) -> String {
    let mut told = xml.to_owned();
    // From the end, so that the places before it stay where they are.
    for (at, id) in ids(xml).iter().rev() {
        let options = format!(
            "<metadataOptions><state>applied</state><httpTokens>{}</httpTokens><httpPutResponseHopLimit>1</httpPutResponseHopLimit>\
             <httpEndpoint>enabled</httpEndpoint></metadataOptions>",
            tokens.word(id)
        );
        told.insert_str(*at, &options);
    }
    told
}

/// Each instance of the document, with the place behind its id.
fn ids(xml: &str) -> Vec<(usize, String)> {
    let Ok(document) = Document::parse(xml) else { return Vec::new() };
    let is = |node: &Node<'_, '_>, name: &str| node.tag_name().name() == name;
    let sets = document.descendants().filter(|node| is(node, "instancesSet"));
    let items = sets.flat_map(|set| set.children()).filter(|node| is(node, "item"));
    let named = items.filter_map(|item| item.children().find(|node| is(node, "instanceId")));
    named.filter_map(|node| Some((node.range().end, node.text()?.to_owned()))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TWO: &str = "<R xmlns=\"http://ec2\"><reservationSet><item><instancesSet>\
        <item><instanceId>i-1</instanceId><tagSet><item><key>instanceId</key></item></tagSet></item>\
        <item><instanceId>i-2</instanceId></item></instancesSet></item></reservationSet></R>";

    #[test]
    fn each_instance_tells_whether_it_was_started_to_demand_tokens() {
        let tokens = Tokens::default();
        tokens.demand("i-2");
        let told = told(TWO, &tokens);
        let document = Document::parse(&told).unwrap();
        let words = document.descendants().filter(|node| node.tag_name().name() == "httpTokens");
        assert_eq!(words.filter_map(|node| node.text()).collect::<Vec<_>>(), ["optional", "required"]);
        assert!(told.contains("<instanceId>i-2</instanceId><metadataOptions>"), "{told}");
    }

    #[test]
    fn what_lists_no_instances_is_left_as_it_is() {
        let tokens = Tokens::default();
        for xml in ["<R><volumeSet><item><instanceId>i-1</instanceId></item></volumeSet></R>", "no xml <"] {
            assert_eq!(told(xml, &tokens), xml);
        }
    }
}
