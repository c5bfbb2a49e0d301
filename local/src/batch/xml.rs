//! XML as S3 Control writes and reads it.

use std::fmt::Write as _;

use jiff::Timestamp;
use roxmltree::Node;

/// The content type.
pub(super) const XML: &str = "application/xml";
/// What every document begins with.
pub(super) const DECLARATION: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
const NAMESPACE: &str = "http://awss3control.amazonaws.com/doc/2018-08-20/";

/// A whole answer.
pub(super) fn document(root: &str, inner: &str) -> String {
    format!("{DECLARATION}<{root} xmlns=\"{NAMESPACE}\">{inner}</{root}>")
}

/// An element with text.
pub(super) fn element(name: &str, text: &str) -> String {
    format!("<{name}>{}</{name}>", escaped(text))
}

/// An element with text, where there is one.
pub(super) fn optional(name: &str, text: Option<&str>) -> String {
    text.map(|text| element(name, text)).unwrap_or_default()
}

/// An element with elements.
pub(super) fn around(name: &str, inner: &str) -> String {
    format!("<{name}>{inner}</{name}>")
}

/// A time as REST-XML has it.
pub(super) fn time(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string()
}

/// An element that came, to be sent back as it came. Its children are written anew, so that no prefix or namespace of the request gets lost.
pub(super) fn echoed(node: Node<'_, '_>) -> String {
    let mut text = String::new();
    write(&mut text, node);
    text
}

fn write(text: &mut String, node: Node<'_, '_>) {
    if node.is_text() {
        text.push_str(&escaped(node.text().unwrap_or_default()));
    }
    if node.is_element() {
        let name = node.tag_name().name();
        let _ = write!(text, "<{name}>");
        node.children().for_each(|child| write(text, child));
        let _ = write!(text, "</{name}>");
    }
}

/// The child of this name.
pub(super) fn child<'a>(node: Node<'a, 'a>, name: &str) -> Option<Node<'a, 'a>> {
    node.children().find(|child| child.tag_name().name() == name)
}

/// The text of the child of this name.
pub(super) fn text<'a>(node: Node<'a, 'a>, name: &str) -> Option<&'a str> {
    child(node, name).map(|child| child.text().unwrap_or_default())
}

/// The members of the list of this name.
pub(super) fn members<'a>(node: Node<'a, 'a>, name: &str) -> Vec<Node<'a, 'a>> {
    let list = child(node, name);
    list.into_iter().flat_map(|list| list.children()).filter(Node::is_element).collect()
}

/// The texts of the members of the list of this name.
pub(super) fn texts(node: Node<'_, '_>, name: &str) -> Vec<String> {
    members(node, name).iter().map(|member| member.text().unwrap_or_default().to_owned()).collect()
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
