//! The stub of Lambda's Runtime API: hands out the play's invocations and takes the answers, with the time of both.

use std::io::{BufReader, Read};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::time::Instant;

use anyhow::Result;

use crate::http::{Request, read_request, write_reply};
use crate::stage::{SharedStage, Stage};

/// Milliseconds since 1970, far ahead: nothing here times out by itself.
const DEADLINE_MS: &str = "4102444800000";
const REQUEST_ID: &str = "8476a536-e9f4-11e8-9739-2dfe598c3fcd";
const FUNCTION_ARN: &str = "arn:aws:lambda:ap-northeast-1:123456789012:function:measured";

/// Starts it; it ends with this program. The port is free and ours.
pub(crate) fn serve(stage: &SharedStage) -> Result<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let port = listener.local_addr()?.port();
    let stage = stage.clone();
    let _ = std::thread::spawn(move || {
        for connection in listener.incoming().flatten() {
            let stage = stage.clone();
            // A contender that is killed takes its connection with it, and there is nobody to be told.
            let _ = std::thread::spawn(move || converse(connection, &stage));
        }
    });
    Ok(port)
}

fn converse(connection: TcpStream, stage: &SharedStage) -> Result<()> {
    connection.set_nodelay(true)?;
    let mut from = BufReader::new(connection.try_clone()?);
    let mut to = connection;
    while let Some(request) = read_request(&mut from)? {
        let now = Instant::now();
        if request.path.ends_with("/invocation/next") {
            let Some(event) = next_event(&mut stage.lock(), now) else { return wait_for_the_end(to) };
            send(&mut to, &event, stage)?;
        } else {
            take(&request, now, &mut stage.lock());
            write_reply(&mut to, 202, &[("content-type", "application/json")], br#"{"status":"OK"}"#)?;
        }
    }
    Ok(())
}

/// The next event; with none left, the play is over. From its first event on, a process is held to its quota.
fn next_event(stage: &mut Stage, now: Instant) -> Option<Vec<u8>> {
    let Some(event) = stage.play.asks(now) else {
        stage.end();
        return None;
    };
    if let (Some(quota), Some(process)) = (stage.quota.take(), stage.process)
        && let Err(error) = quota.take_in(process)
    {
        stage.play.mistakes.push(format!("can't be held to its quota: {error:#}"));
    }
    Some(event)
}

fn send(to: &mut TcpStream, event: &[u8], stage: &SharedStage) -> Result<()> {
    let headers = [
        ("content-type", "application/json"),
        ("lambda-runtime-aws-request-id", REQUEST_ID),
        ("lambda-runtime-deadline-ms", DEADLINE_MS),
        ("lambda-runtime-invoked-function-arn", FUNCTION_ARN),
    ];
    stage.lock().play.sends(Instant::now());
    write_reply(to, 200, &headers, event)
}

fn take(request: &Request, now: Instant, stage: &mut Stage) {
    if request.path.ends_with("/response") {
        stage.play.answers(&request.body, now);
    } else {
        let body = String::from_utf8_lossy(&request.body).into_owned();
        stage.play.mistakes.push(format!("reports to {}: {body}", request.path));
        stage.end();
    }
}

/// As Lambda freezes a function that has nothing to do: no answer, until it is killed.
fn wait_for_the_end(mut connection: TcpStream) -> Result<()> {
    let _ = connection.read(&mut [0])?;
    Ok(())
}
