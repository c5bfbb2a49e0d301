//! A small emulator in this process: the S3, IAM and Logs calls that the stand-in makes, kept in memory.
//!
//! Like the real emulator it lets only the owner's account reach a bucket, so that cross-account access is really decided by us.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::{Arc, Mutex, MutexGuard};

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::{HeaderMap, Method, Request, Response};
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};

/// An object: its bytes, the headers it was put with, its tag set.
#[derive(Debug, Clone, Default)]
pub(super) struct Object {
    pub(super) body: Vec<u8>,
    pub(super) metadata: BTreeMap<String, String>,
    pub(super) tags: String,
    pub(super) parts: usize,
}

/// A bucket.
#[derive(Debug, Clone, Default)]
pub(super) struct Bucket {
    pub(super) owner: String,
    pub(super) policy: Option<Value>,
    pub(super) objects: BTreeMap<String, Object>,
    pub(super) uploads: BTreeMap<String, (Object, BTreeMap<usize, Vec<u8>>)>,
}

/// A role: who may assume it and what it may do.
#[derive(Debug, Clone, Default)]
pub(super) struct Role {
    pub(super) trust: Value,
    pub(super) policy: Value,
}

/// Everything the emulator has.
#[derive(Debug, Default)]
pub(super) struct State {
    pub(super) buckets: BTreeMap<String, Bucket>,
    pub(super) roles: BTreeMap<(String, String), Role>,
    pub(super) log_policies: Vec<Value>,
    pub(super) log_lines: Vec<String>,
}

/// The running emulator; it stops with the test's runtime.
#[derive(Debug, Clone)]
pub(super) struct Emulator {
    state: Arc<Mutex<State>>,
    pub(super) endpoint: String,
}

type Answer = Response<Full<Bytes>>;

impl Emulator {
    pub(super) async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let state: Arc<Mutex<State>> = Arc::default();
        let emulator = Self { state, endpoint };
        let serving = emulator.clone();
        drop(tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                drop(tokio::spawn(serving.clone().connection(stream)));
            }
        }));
        emulator
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    async fn connection(self, stream: tokio::net::TcpStream) {
        let service = hyper::service::service_fn(move |request| {
            let emulator = self.clone();
            async move { Ok::<_, Infallible>(emulator.answer(request).await) }
        });
        let io = hyper_util::rt::TokioIo::new(stream);
        let _ = hyper::server::conn::http1::Builder::new().serve_connection(io, service).await;
    }

    async fn answer(&self, request: Request<Incoming>) -> Answer {
        let (head, body) = request.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        let scope = head.headers["authorization"].to_str().unwrap().split("Credential=").nth(1).unwrap().to_owned();
        let scope: Vec<&str> = scope.split('/').collect();
        let path = percent_decode_str(head.uri.path()).decode_utf8().unwrap().into_owned();
        match scope[3] {
            "iam" => self.iam(scope[0], &body),
            "logs" => self.logs(head.headers["x-amz-target"].to_str().unwrap(), &body),
            _ => self.s3(scope[0], &head.method, &path, head.uri.query().unwrap_or_default(), &head.headers, &body),
        }
    }

    fn iam(&self, account: &str, body: &[u8]) -> Answer {
        let form = fields(&String::from_utf8_lossy(body));
        let state = self.state();
        let name = form["RoleName"].clone();
        let Some(role) = state.roles.get(&(account.to_owned(), name.clone())) else {
            return error(404, "NoSuchEntity");
        };
        let escape = |value: &Value| {
            percent_encoding::utf8_percent_encode(&value.to_string(), percent_encoding::NON_ALPHANUMERIC).to_string()
        };
        text(match form["Action"].as_str() {
            "GetRole" => format!(
                "<R><Role><Arn>arn:aws:iam::{account}:role/{name}</Arn><AssumeRolePolicyDocument>{}</AssumeRolePolicyDocument></Role></R>",
                escape(&role.trust)
            ),
            "ListRolePolicies" => "<R><PolicyNames><member>inline</member></PolicyNames></R>".to_owned(),
            "GetRolePolicy" => format!("<R><PolicyDocument>{}</PolicyDocument></R>", escape(&role.policy)),
            _ => "<R/>".to_owned(),
        })
    }

    fn logs(&self, target: &str, body: &[u8]) -> Answer {
        let request: Value = serde_json::from_slice(body).unwrap();
        let mut state = self.state();
        if target.ends_with("DescribeResourcePolicies") {
            let policies: Vec<Value> =
                state.log_policies.iter().map(|policy| json!({"policyDocument": policy.to_string()})).collect();
            return text(json!({"resourcePolicies": policies}).to_string());
        }
        for event in request["logEvents"].as_array().into_iter().flatten() {
            state.log_lines.push(event["message"].as_str().unwrap().to_owned());
        }
        text("{}".to_owned())
    }

    fn s3(&self, account: &str, method: &Method, path: &str, query: &str, headers: &HeaderMap, body: &Bytes) -> Answer {
        let (name, key) =
            path.trim_start_matches('/').split_once('/').unwrap_or_else(|| (path.trim_start_matches('/'), ""));
        let mut state = self.state();
        if name.is_empty() {
            let own = state.buckets.iter().filter(|(_, bucket)| bucket.owner == account);
            let listed: Vec<String> = own.map(|(name, _)| format!("<Bucket><Name>{name}</Name></Bucket>")).collect();
            return text(format!("<R><Buckets>{}</Buckets></R>", listed.concat()));
        }
        let Some(bucket) = state.buckets.get_mut(name) else { return error(404, "NoSuchBucket") };
        if bucket.owner != account {
            return error(403, "AccessDenied");
        }
        let query = fields(query);
        if key.is_empty() { bucket.answer(&query) } else { bucket.object(method, key, &query, headers, body) }
    }
}

impl Bucket {
    fn answer(&self, query: &BTreeMap<String, String>) -> Answer {
        if query.contains_key("policy") {
            return self
                .policy
                .as_ref()
                .map_or_else(|| error(404, "NoSuchBucketPolicy"), |policy| text(policy.to_string()));
        }
        let Some(prefix) = query.get("prefix") else { return text(String::new()) };
        let escape =
            |key: &str| percent_encoding::utf8_percent_encode(key, percent_encoding::NON_ALPHANUMERIC).to_string();
        let found = self.objects.iter().filter(|(key, _)| key.starts_with(prefix));
        let listed: Vec<String> = found
            .map(|(key, object)| {
                format!("<Contents><Key>{}</Key><Size>{}</Size></Contents>", escape(key), object.body.len())
            })
            .collect();
        text(format!("<ListBucketResult><IsTruncated>false</IsTruncated>{}</ListBucketResult>", listed.concat()))
    }

    fn object(
        &mut self,
        method: &Method,
        key: &str,
        query: &BTreeMap<String, String>,
        headers: &HeaderMap,
        body: &Bytes,
    ) -> Answer {
        match (method.as_str(), query.get("uploadId")) {
            (_, Some(upload)) => self.upload(method, key, &upload.clone(), query, body),
            ("POST", None) => {
                let _ = self.uploads.insert(
                    key.to_owned(),
                    (Object { metadata: metadata(headers), ..Object::default() }, BTreeMap::new()),
                );
                text("<R><UploadId>upload</UploadId></R>".to_owned())
            }
            ("PUT", None) if query.contains_key("tagging") => {
                self.objects.get_mut(key).unwrap().tags = String::from_utf8_lossy(body).into_owned();
                text(String::new())
            }
            ("PUT", None) => {
                let object = Object { body: body.to_vec(), metadata: metadata(headers), ..Object::default() };
                let _ = self.objects.insert(key.to_owned(), object);
                text(String::new())
            }
            ("DELETE", None) => {
                let _ = self.objects.remove(key);
                text(String::new())
            }
            _ => match self.objects.get(key) {
                Some(object) if query.contains_key("tagging") => text(object.tags.clone()),
                Some(object) => object.shown(),
                None => error(404, "NoSuchKey"),
            },
        }
    }

    fn upload(
        &mut self,
        method: &Method,
        key: &str,
        _upload: &str,
        query: &BTreeMap<String, String>,
        body: &Bytes,
    ) -> Answer {
        match method.as_str() {
            "PUT" => {
                let number = query["partNumber"].parse().unwrap();
                let _ = self.uploads.get_mut(key).unwrap().1.insert(number, body.to_vec());
            }
            "POST" => {
                let (mut object, parts) = self.uploads.remove(key).unwrap();
                object.parts = parts.len();
                object.body = parts.into_values().flatten().collect();
                let _ = self.objects.insert(key.to_owned(), object);
            }
            _ => drop(self.uploads.remove(key)),
        }
        let answer = Response::builder().header("etag", "\"part\"");
        answer.body(Full::new(Bytes::from_static(b"<R/>"))).unwrap()
    }
}

impl Object {
    fn shown(&self) -> Answer {
        let sum: u64 = self.body.iter().fold(7, |sum, byte| sum.wrapping_mul(31).wrapping_add(u64::from(*byte)));
        let mut answer = Response::builder()
            .header("etag", format!("\"{sum:x}\""))
            .header("last-modified", "Sun, 22 Nov 2026 05:27:23 GMT");
        for (name, value) in &self.metadata {
            answer = answer.header(format!("x-amz-meta-{name}"), value);
        }
        answer.body(Full::new(Bytes::from(self.body.clone()))).unwrap()
    }
}

fn metadata(headers: &HeaderMap) -> BTreeMap<String, String> {
    let own = headers.iter().filter_map(|(name, value)| Some((name.as_str().strip_prefix("x-amz-meta-")?, value)));
    own.map(|(name, value)| (name.to_owned(), value.to_str().unwrap().to_owned())).collect()
}

fn fields(query: &str) -> BTreeMap<String, String> {
    let pairs = query.split('&').map(|pair| pair.split_once('=').unwrap_or((pair, "")));
    pairs.map(|(name, value)| (name.to_owned(), percent_decode_str(value).decode_utf8_lossy().into_owned())).collect()
}

fn text(body: String) -> Answer {
    Response::new(Full::new(Bytes::from(body)))
}

fn error(status: u16, code: &str) -> Answer {
    Response::builder()
        .status(status)
        .body(Full::new(Bytes::from(format!("<Error><Code>{code}</Code></Error>"))))
        .unwrap()
}
