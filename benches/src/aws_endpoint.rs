//! The stub of AWS: HTTPS on loopback, which answers each call as the scene says.

use std::io::BufReader;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::Arc;
use std::time::Instant;

use anyhow::Result;
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use crate::http::{Request, read_request, write_reply};
use crate::stage::SharedStage;

/// Every request has to be signed, as AWS wants it.
const SIGNATURE: &str = "AWS4-HMAC-SHA256 Credential=";

/// Starts it; it ends with this program. The port is free and ours.
pub(crate) fn serve(tls: &Arc<ServerConfig>, stage: &SharedStage) -> Result<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let port = listener.local_addr()?.port();
    let (tls, stage) = (Arc::clone(tls), stage.clone());
    let _ = std::thread::spawn(move || {
        for connection in listener.incoming().flatten() {
            let (tls, stage) = (Arc::clone(&tls), stage.clone());
            // A contender that is killed takes its connection with it, and there is nobody to be told.
            let _ = std::thread::spawn(move || converse(connection, tls, &stage));
        }
    });
    Ok(port)
}

fn converse(connection: TcpStream, tls: Arc<ServerConfig>, stage: &SharedStage) -> Result<()> {
    connection.set_nodelay(true)?;
    let mut stream = BufReader::new(StreamOwned::new(ServerConnection::new(tls)?, connection));
    while let Some(request) = read_request(&mut stream)? {
        let begun = Instant::now();
        let (status, body) = reply(&request, stage);
        let media_type = request.header("content-type").unwrap_or("application/x-amz-json-1.1");
        write_reply(stream.get_mut(), status, &[("content-type", media_type)], body.as_bytes())?;
        stage.lock().play.served(begun.elapsed());
    }
    Ok(())
}

/// Status and body.
fn reply(request: &Request, stage: &SharedStage) -> (u16, String) {
    let play = &mut stage.lock().play;
    if !request.header("authorization").is_some_and(|signature| signature.starts_with(SIGNATURE)) {
        play.mistakes.push(format!("{} {} is not signed", request.method, request.path));
    }
    match play.calls(operation(request)) {
        Some(answer) => (200, answer.to_string()),
        None => (400, r#"{"__type":"ValidationException","message":"the scene has no such call"}"#.to_owned()),
    }
}

/// `GetItem` of `X-Amz-Target: DynamoDB_20120810.GetItem`; otherwise the path, for services whose calls have one.
fn operation(request: &Request) -> &str {
    match request.header("x-amz-target") {
        Some(target) => target.rsplit('.').next().unwrap_or(target),
        None => &request.path,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::play::Play;
    use crate::scene::{Call, Scene};

    fn stage() -> SharedStage {
        let calls = vec![Call { call: "GetItem".to_owned(), answer: json!({}) }];
        let scene = Scene { does: String::new(), event: json!({}), calls, answer: json!({}) };
        let stage = SharedStage::new(&scene);
        stage.lock().play = Play::new(&scene, 1);
        stage
    }

    fn request(headers: &[(&str, &str)]) -> Request {
        let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Request { method: "POST".to_owned(), path: "/".to_owned(), headers, body: vec![] }
    }

    #[test]
    fn a_signed_call_of_the_scene_is_answered_and_any_other_refused() {
        let stage = stage();
        let get = request(&[("x-amz-target", "DynamoDB_20120810.GetItem"), ("authorization", SIGNATURE)]);
        assert_eq!(reply(&get, &stage), (200, "{}".to_owned()));
        assert!(stage.lock().play.mistakes.is_empty());
        assert_eq!(reply(&get, &stage).0, 400);
        assert_eq!(stage.lock().play.mistakes, ["calls GetItem, which the scene does not expect"]);
    }

    #[test]
    fn a_call_without_signature_is_a_mistake() {
        let stage = stage();
        let _ = reply(&request(&[("x-amz-target", "DynamoDB_20120810.GetItem")]), &stage);
        assert_eq!(stage.lock().play.mistakes, ["POST / is not signed"]);
    }
}
