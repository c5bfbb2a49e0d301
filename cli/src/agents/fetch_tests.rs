//! Real servers on loopback, most of them hostile.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use nightferry_domain::agent::{ActivationRequest, AgentAddress, AnswerRefused, KeyRefused, Stage, address};
use nightferry_workflow::agents::AgentKeys as _;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use super::Fetcher;

const KEY: &str = "UABCQ-0DEFB-LGHIL-AUJKV-JLMNN";
/// Long for loopback, short for whoever waits for the tests.
const PATIENCE: Duration = Duration::from_secs(20);
const IMPATIENCE: Duration = Duration::from_millis(300);

/// What a server sends after it has read the request.
#[derive(Debug, Clone)]
enum Sends {
    /// This, then it closes.
    Once(String),
    /// This, then nothing, and it stays open.
    AndWaits(String),
    /// This, then the other for as long as somebody reads.
    Endlessly(String, &'static str),
}

struct Server {
    port: u16,
    connections: Arc<AtomicUsize>,
    request: tokio::sync::mpsc::UnboundedReceiver<String>,
}

async fn server(sends: Sends) -> Server {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let connections = Arc::new(AtomicUsize::new(0));
    let (tell, request) = tokio::sync::mpsc::unbounded_channel();
    let counted = Arc::clone(&connections);
    drop(tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let _ = counted.fetch_add(1, Ordering::Relaxed);
            drop(tokio::spawn(serve(stream, sends.clone(), tell.clone())));
        }
    }));
    Server { port, connections, request }
}

async fn serve(mut stream: TcpStream, sends: Sends, tell: tokio::sync::mpsc::UnboundedSender<String>) {
    let mut asked = vec![0; 4096];
    let read = stream.read(&mut asked).await.unwrap();
    let _ = tell.send(String::from_utf8_lossy(&asked[..read]).into_owned());
    let (first, more) = match sends {
        Sends::Once(first) => (first, None),
        Sends::AndWaits(first) => {
            let _ = stream.write_all(first.as_bytes()).await;
            return std::future::pending().await;
        }
        Sends::Endlessly(first, more) => (first, Some(more)),
    };
    let _ = stream.write_all(first.as_bytes()).await;
    while let Some(more) = more {
        if stream.write_all(more.as_bytes()).await.is_err() {
            return;
        }
    }
}

fn whole(status: &str, headers: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\n{headers}\r\n{body}", body.len())
}

fn here() -> AgentAddress {
    address::pin("localhost", &[IpAddr::V4(Ipv4Addr::LOCALHOST)], Stage::Local).unwrap()
}

fn request() -> ActivationRequest {
    ActivationRequest { region: "ap-northeast-1".into(), private_link_endpoint: Ipv4Addr::new(10, 0, 1, 4) }
}

async fn asked(fetcher: Fetcher) -> Result<String, KeyRefused> {
    fetcher.key(here(), &request()).await.map(|key| key.reveal().to_owned())
}

async fn answered(sends: Sends) -> Result<String, KeyRefused> {
    let server = server(sends).await;
    asked(Fetcher::on_port(server.port).waiting(PATIENCE, PATIENCE)).await
}

async fn impatiently(sends: Sends) -> Result<String, KeyRefused> {
    let server = server(sends).await;
    asked(Fetcher::on_port(server.port).waiting(PATIENCE, IMPATIENCE)).await
}

fn refusal(outcome: Result<String, KeyRefused>) -> AnswerRefused {
    let Err(KeyRefused::Answer(refused)) = outcome else { panic!("{outcome:?}") };
    refused
}

#[tokio::test]
async fn an_agent_is_asked_once_for_what_is_documented_and_its_key_taken() {
    let mut server = server(Sends::Once(whole("200 OK", "", KEY))).await;
    assert_eq!(asked(Fetcher::on_port(server.port)).await, Ok(KEY.to_owned()));
    let request = server.request.recv().await.unwrap();
    let line = "GET /?gatewayType=SYNC&activationRegion=ap-northeast-1&endpointType=PRIVATE_LINK&privateLinkEndpoint=10.0.1.4&no_redirect HTTP/1.1\r\n";
    assert!(request.starts_with(line), "{request}");
    assert!(request.to_lowercase().contains("host: 127.0.0.1\r\n"), "{request}");
    assert_eq!(server.connections.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn a_key_in_a_redirect_is_taken_and_the_redirect_not_followed() {
    let elsewhere = server(Sends::Once(whole("200 OK", "", "x"))).await;
    let location = format!("Location: http://console.example:{}/?activationKey={KEY}\r\n", elsewhere.port);
    assert_eq!(answered(Sends::Once(whole("302 Found", &location, ""))).await, Ok(KEY.to_owned()));
    assert_eq!(elsewhere.connections.load(Ordering::Relaxed), 0);
}

#[tokio::test]
async fn a_redirect_to_the_metadata_address_is_refused_and_not_followed() {
    let location = "Location: http://169.254.169.254/latest/meta-data/iam/security-credentials/\r\n";
    let refused = refusal(answered(Sends::Once(whole("302 Found", location, ""))).await);
    assert_eq!(refused, AnswerRefused::Astray { host: "169.254.169.254".into() });
}

#[tokio::test]
async fn a_redirect_to_this_machine_is_not_followed_either() {
    let elsewhere = server(Sends::Once(whole("200 OK", "", KEY))).await;
    let location = format!("Location: http://127.0.0.1:{}/\r\n", elsewhere.port);
    for status in ["301 Moved Permanently", "302 Found", "307 Temporary Redirect"] {
        assert!(answered(Sends::Once(whole(status, &location, ""))).await.is_err(), "{status}");
    }
    assert_eq!(elsewhere.connections.load(Ordering::Relaxed), 0);
}

#[tokio::test]
async fn an_endless_body_is_read_up_to_the_limit() {
    let endless = |head: &str, more| Sends::Endlessly(format!("HTTP/1.1 200 OK\r\n{head}\r\n"), more);
    assert_eq!(refusal(answered(endless("", "A-A-A-A-A-A-A-A-")).await), AnswerRefused::TooLong);
    let chunks = endless("Transfer-Encoding: chunked\r\n", "8\r\nAAAAAAAA\r\n");
    assert_eq!(refusal(answered(chunks).await), AnswerRefused::TooLong);
    let announced = endless("Content-Length: 99999999999\r\n", "AAAAAAAA");
    assert_eq!(refusal(answered(announced).await), AnswerRefused::TooLong);
}

#[tokio::test]
async fn an_endless_head_is_no_http() {
    let endless = Sends::Endlessly("HTTP/1.1 200 OK\r\n".into(), "X-A: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n");
    assert!(matches!(answered(endless).await, Err(KeyRefused::NoHttp { .. })));
}

#[tokio::test]
async fn a_slow_answer_is_given_up_wherever_it_stops() {
    for begun in ["", "HTTP/1.1 200", "HTTP/1.1 200 OK\r\nContent-Length: 29\r\n\r\nUABCQ-0DEFB"] {
        let outcome = impatiently(Sends::AndWaits(begun.into())).await;
        assert!(matches!(outcome, Err(KeyRefused::TooSlow { .. })), "{begun}: {outcome:?}");
    }
}

#[tokio::test]
async fn junk_is_no_key() {
    for junk in ["<html>login</html>", "", "UABCQ-0DEFB-LGHIL-AUJKV", "uabcq-0defb-lghil-aujkv-jlmnn"] {
        let refused = refusal(answered(Sends::Once(whole("200 OK", "", junk))).await);
        assert!(matches!(refused, AnswerRefused::NoKey { status: 200, .. }), "{junk}: {refused:?}");
    }
    for junk in ["SSH-2.0-OpenSSH_9.6\r\n", "\u{0}\u{1}\u{2}\r\n\r\n", ""] {
        let outcome = answered(Sends::Once(junk.into())).await;
        assert!(matches!(outcome, Err(KeyRefused::NoHttp { .. })), "{junk:?}: {outcome:?}");
    }
}

#[tokio::test]
async fn a_body_shorter_than_announced_is_no_answer() {
    let cut = format!("HTTP/1.1 200 OK\r\nContent-Length: 400\r\n\r\n{KEY}");
    assert!(matches!(answered(Sends::Once(cut)).await, Err(KeyRefused::NoHttp { .. })));
}

#[tokio::test]
async fn a_key_for_the_public_endpoint_is_refused_where_the_agent_tells() {
    let location = format!("Location: https://console.example/?activationKey={KEY}&endpointType=PUBLIC\r\n");
    let refused = refusal(answered(Sends::Once(whole("302 Found", &location, ""))).await);
    assert_eq!(KeyRefused::from(refused).cause().id, "agent-key-for-public-endpoint");
}

#[tokio::test]
async fn the_agents_own_errors_lead_to_their_entries() {
    for (error, id) in [("PRIVATE_LINK_ENDPOINT_UNREACHABLE", "agent-endpoint-unreachable"), ("NEW", "agent-refused")] {
        let location = format!("Location: https://console.example/?errorType={error}\r\n");
        let refused = refusal(answered(Sends::Once(whole("302 Found", &location, ""))).await);
        assert_eq!(KeyRefused::from(refused).cause().id, id);
    }
}

#[tokio::test]
async fn a_closed_port_is_told_with_what_it_usually_means() {
    let listener = TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    assert!(Fetcher::on_port(port).is_listening(here()).await);
    drop(listener);
    let refused = asked(Fetcher::on_port(port)).await.unwrap_err();
    assert!(!Fetcher::on_port(port).is_listening(here()).await);
    assert!(refused.cause().fix.contains("closes port 80"), "{refused:?}");
}
