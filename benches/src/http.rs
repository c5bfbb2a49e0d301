//! As much HTTP/1.1 as the stubs need: requests read to their end, replies with a length, connections that stay open.

use std::io::{BufRead, Read, Write};

use anyhow::{Context, Result, bail};

/// Largest head of a request.
const HEAD_BYTES_MAX: usize = 64 * 1024;
/// Most headers of a request.
const HEADERS_MAX: usize = 64;

/// One request, read to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) path: String,
    /// Names in lower case.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Request {
    /// The first header of that name, which is given in lower case.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// The next request; `None` once the other side has closed the connection.
pub(crate) fn read_request(from: &mut impl BufRead) -> Result<Option<Request>> {
    let Some(head) = read_head(from)? else { return Ok(None) };
    let mut headers = [httparse::EMPTY_HEADER; HEADERS_MAX];
    let mut parsed = httparse::Request::new(&mut headers);
    if parsed.parse(&head).context("a request's head")?.is_partial() {
        bail!("a request's head ends too early");
    }
    let (method, path) = (parsed.method.unwrap_or_default().to_owned(), parsed.path.unwrap_or_default().to_owned());
    let read = |header: &httparse::Header<'_>| {
        (header.name.to_ascii_lowercase(), String::from_utf8_lossy(header.value).into_owned())
    };
    let headers = parsed.headers.iter().map(read).collect();
    let mut request = Request { method, path, headers, body: vec![] };
    request.body = read_body(from, &request)?;
    Ok(Some(request))
}

fn read_head(from: &mut impl BufRead) -> Result<Option<Vec<u8>>> {
    let mut head = vec![];
    while !head.ends_with(b"\r\n\r\n") {
        if from.read_until(b'\n', &mut head)? == 0 {
            return if head.is_empty() { Ok(None) } else { bail!("the connection ended within a request's head") };
        }
        if head.len() > HEAD_BYTES_MAX {
            bail!("a request's head is longer than {HEAD_BYTES_MAX} bytes");
        }
    }
    Ok(Some(head))
}

fn read_body(from: &mut impl BufRead, request: &Request) -> Result<Vec<u8>> {
    if request.header("transfer-encoding").is_some_and(|coding| coding.eq_ignore_ascii_case("chunked")) {
        return read_chunks(from);
    }
    let length = request.header("content-length").map_or(Ok(0), str::parse).context("a request's Content-Length")?;
    let mut body = vec![0; length];
    from.read_exact(&mut body)?;
    Ok(body)
}

fn read_chunks(from: &mut impl BufRead) -> Result<Vec<u8>> {
    let mut body = vec![];
    loop {
        let mut line = String::new();
        let _ = from.read_line(&mut line)?;
        let size = line.trim().split(';').next().unwrap_or_default();
        let size = u64::from_str_radix(size, 16).with_context(|| format!("a chunk's size: `{}`", line.trim()))?;
        let _ = from.by_ref().take(size).read_to_end(&mut body)?;
        let _ = from.read_line(&mut String::new())?;
        if size == 0 {
            return Ok(body);
        }
    }
}

/// One reply with its length, in one write: a second one would wait for the first to be acknowledged.
pub(crate) fn write_reply(to: &mut impl Write, status: u16, headers: &[(&str, &str)], body: &[u8]) -> Result<()> {
    let mut reply = format!("HTTP/1.1 {status} {}\r\ncontent-length: {}\r\n", reason(status), body.len()).into_bytes();
    for (name, value) in headers {
        reply.extend(format!("{name}: {value}\r\n").bytes());
    }
    reply.extend(b"\r\n");
    reply.extend(body);
    to.write_all(&reply)?;
    Ok(to.flush()?)
}

fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        202 => "Accepted",
        _ => "Refused",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> Result<Vec<Request>> {
        let mut from = bytes;
        std::iter::from_fn(|| read_request(&mut from).transpose()).collect()
    }

    #[test]
    fn requests_of_one_connection_are_read_one_after_the_other() {
        let requests =
            read(b"GET /next HTTP/1.1\r\nHost: a\r\n\r\nPOST /x HTTP/1.1\r\nContent-Length: 2\r\n\r\nok").unwrap();
        let [next, answer] = requests.try_into().unwrap();
        assert_eq!((next.method.as_str(), next.path.as_str(), next.header("host")), ("GET", "/next", Some("a")));
        assert_eq!((answer.method.as_str(), answer.body.as_slice()), ("POST", b"ok".as_slice()));
    }

    #[test]
    fn a_body_in_chunks_is_put_together() {
        let bytes =
            b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nA;x=1\r\n0123456789\r\n0\r\n\r\n";
        assert_eq!(read(bytes).unwrap()[0].body, b"abc0123456789");
    }

    #[test]
    fn a_connection_that_ends_within_a_request_is_no_request() {
        assert!(read(b"GET /next HTT").is_err());
        assert!(read(b"POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\nshort").is_err());
        assert!(read(b"").unwrap().is_empty());
    }

    #[test]
    fn a_reply_says_how_long_it_is() {
        let mut reply = vec![];
        write_reply(&mut reply, 202, &[("x-a", "1")], b"ok").unwrap();
        assert_eq!(String::from_utf8(reply).unwrap(), "HTTP/1.1 202 Accepted\r\ncontent-length: 2\r\nx-a: 1\r\n\r\nok");
    }
}
