//! A small emulator in this process: the IAM, KMS, EC2 and SNS calls that the stand-in makes, kept in memory.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::fmt::Write as _;
use std::sync::{Arc, Mutex, MutexGuard};

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::{Request, Response};
use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use serde_json::{Value, json};

/// A role: who may assume it and what it may do.
#[derive(Debug, Clone, Default)]
pub(super) struct Role {
    pub(super) trust: Value,
    pub(super) policy: Value,
}

/// An instance with one volume of its own.
#[derive(Debug, Clone, Default)]
pub(super) struct Machine {
    pub(super) account: String,
    pub(super) state: String,
    pub(super) profile: String,
    pub(super) tags: Vec<(String, String)>,
    /// The form by which it was started, if it was.
    pub(super) form: BTreeMap<String, String>,
}

/// Everything that the emulator has.
#[derive(Debug, Default)]
pub(super) struct State {
    pub(super) roles: BTreeMap<String, Role>,
    /// Instance profiles with their roles' names.
    pub(super) profiles: BTreeMap<String, String>,
    pub(super) machines: BTreeMap<String, Machine>,
    /// Forms of the registered images, by id.
    pub(super) images: BTreeMap<String, BTreeMap<String, String>>,
    pub(super) snapshots: Vec<String>,
    /// Forms of what was published.
    /// The policy of every topic.
    pub(super) topic_policy: Value,
    pub(super) published: Vec<BTreeMap<String, String>>,
    /// Policies of the keys that have an alias, by account and alias.
    pub(super) keys: BTreeMap<(String, String), String>,
    made: u32,
}

/// The running emulator; it stops with the test's runtime.
#[derive(Debug, Clone)]
pub(super) struct Emulator {
    state: Arc<Mutex<State>>,
    pub(super) endpoint: String,
}

type Answer = Response<Full<Bytes>>;
type Form = BTreeMap<String, String>;

impl Emulator {
    pub(super) async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let emulator = Self { state: Arc::default(), endpoint };
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
        let form = fields(&String::from_utf8_lossy(&body));
        let mut state = self.state();
        match scope[3] {
            "kms" => state.kms(scope[0], head.headers["x-amz-target"].to_str().unwrap(), &body),
            "iam" => state.iam(scope[0], &form),
            "sns" => state.sns(form),
            _ => state.ec2(scope[0], &form),
        }
    }
}

impl State {
    fn iam(&self, account: &str, form: &Form) -> Answer {
        if form["Action"] == "GetInstanceProfile" {
            let Some(role) = self.profiles.get(&form["InstanceProfileName"]) else { return error(404, "NoSuchEntity") };
            return text(format!(
                "<R><Roles><member><Arn>arn:aws:iam::{account}:role/{role}</Arn></member></Roles></R>"
            ));
        }
        let name = &form["RoleName"];
        let Some(role) = self.roles.get(name) else { return error(404, "NoSuchEntity") };
        let escape = |value: &Value| utf8_percent_encode(&value.to_string(), NON_ALPHANUMERIC).to_string();
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

    /// A key has no alias until `CreateAlias`, and is made together with its policy.
    fn kms(&mut self, account: &str, target: &str, body: &[u8]) -> Answer {
        let asked: Value = serde_json::from_slice(body).unwrap();
        let text = |name: &str| asked[name].as_str().unwrap_or_default().to_owned();
        let arn = format!("arn:aws:kms:ap-northeast-1:{account}:key/managed");
        let own = |name: String| (account.to_owned(), name);
        let is_there = match target {
            "TrentService.CreateKey" => self.keys.insert(own(String::new()), text("Policy")).is_none(),
            "TrentService.CreateAlias" => {
                let policy = self.keys.remove(&own(String::new())).unwrap();
                self.keys.insert(own(text("AliasName")), policy).is_none()
            }
            _ => self.keys.contains_key(&own(text("KeyId"))),
        };
        let known = json!({"KeyMetadata": {"Arn": arn}});
        let (status, body) = if is_there { (200, known) } else { (400, json!({"__type": "NotFoundException"})) };
        Response::builder().status(status).body(Full::new(Bytes::from(body.to_string()))).unwrap()
    }

    fn sns(&mut self, form: Form) -> Answer {
        if form["Action"] == "GetTopicAttributes" {
            let policy = self.topic_policy.to_string().replace('"', "&quot;");
            return text(format!("<R><entry><key>Policy</key><value>{policy}</value></entry></R>"));
        }
        self.published.push(form);
        text("<R/>")
    }

    fn ec2(&mut self, account: &str, form: &Form) -> Answer {
        match form["Action"].as_str() {
            "DescribeInstances" => self.described(account, form.get("InstanceId.1")),
            "DescribeVolumes" => {
                let item = |id: &String| {
                    format!(
                        "<item><attachmentSet><item><instanceId>{id}</instanceId><device>/dev/xvda</device><volumeId>vol-{id}</volumeId></item></attachmentSet></item>"
                    )
                };
                text(format!("<R><volumeSet>{}</volumeSet></R>", self.machines.keys().map(item).collect::<String>()))
            }
            "CreateSnapshot" | "CreateVolume" => {
                let id = self.fresh("snap");
                self.snapshots.push(id.clone());
                text(format!("<R><snapshotId>{id}</snapshotId><volumeId>{id}</volumeId><volumeSize>8</volumeSize></R>"))
            }
            "DeleteSnapshot" => {
                self.snapshots.retain(|id| *id != form["SnapshotId"]);
                text("<R/>")
            }
            "RegisterImage" => {
                let id = self.fresh("ami");
                let _ = self.images.insert(id.clone(), form.clone());
                text(format!("<R><imageId>{id}</imageId></R>"))
            }
            "DescribeImages" if !self.images.contains_key(&form["ImageId.1"]) => error(400, "InvalidAMIID.NotFound"),
            "DescribeImages" => text(format!("<R><imageId>{}</imageId></R>", form["ImageId.1"])),
            "DeregisterImage" => {
                let _ = self.images.remove(&form["ImageId"]);
                text("<R/>")
            }
            "RunInstances" => self.started(account, form),
            "TerminateInstances" => {
                self.machines.get_mut(&form["InstanceId.1"]).unwrap().state = "terminated".to_owned();
                text("<R/>")
            }
            "DescribeSubnets" => Self::known("InvalidSubnetID.NotFound", &form["SubnetId.1"]),
            "DescribeSecurityGroups" => Self::known("InvalidGroup.NotFound", &form["GroupId.1"]),
            _ => text("<R/>"),
        }
    }

    /// Only ids with `missing` in them are missing.
    fn known(code: &str, id: &str) -> Answer {
        if id.contains("missing") { error(400, code) } else { text(format!("<R><id>{id}</id></R>")) }
    }

    fn started(&mut self, account: &str, form: &Form) -> Answer {
        let id = self.fresh("i");
        let tags = (1..).map_while(|number| {
            let tag = |field: &str| form.get(&format!("TagSpecification.1.Tag.{number}.{field}")).cloned();
            tag("Key").zip(tag("Value"))
        });
        let machine = Machine {
            account: account.to_owned(),
            state: "running".to_owned(),
            profile: form.get("IamInstanceProfile.Name").cloned().unwrap_or_default(),
            tags: tags.collect(),
            form: form.clone(),
        };
        let _ = self.machines.insert(id.clone(), machine);
        text(format!("<R><instancesSet><item><instanceId>{id}</instanceId></item></instancesSet></R>"))
    }

    fn described(&self, account: &str, wanted: Option<&String>) -> Answer {
        if wanted.is_some_and(|id| !self.machines.contains_key(id)) {
            return error(400, "InvalidInstanceID.NotFound");
        }
        let mut items = String::new();
        for (id, machine) in &self.machines {
            if machine.account != account || wanted.is_some_and(|wanted| wanted != id) {
                continue;
            }
            let tag = |(key, value): &(String, String)| format!("<item><key>{key}</key><value>{value}</value></item>");
            let tags: String = machine.tags.iter().map(tag).collect();
            let profile = if machine.profile.is_empty() {
                String::new()
            } else {
                format!(
                    "<iamInstanceProfile><arn>arn:aws:iam::{account}:instance-profile/{}</arn></iamInstanceProfile>",
                    machine.profile
                )
            };
            let _ = write!(
                items,
                "<item><instanceId>{id}</instanceId><imageId>ami-base</imageId><instanceState><name>{}</name></instanceState>\
                 <instanceType>t3.micro</instanceType><keyName>ops</keyName><subnetId>subnet-1</subnetId><vpcId>vpc-1</vpcId>\
                 <privateIpAddress>10.0.0.9</privateIpAddress><placement><availabilityZone>ap-northeast-1a</availabilityZone></placement>\
                 <architecture>x86_64</architecture><rootDeviceName>/dev/xvda</rootDeviceName><virtualizationType>hvm</virtualizationType>\
                 <groupSet><item><groupId>sg-1</groupId></item></groupSet>{profile}<tagSet>{tags}</tagSet></item>",
                machine.state
            );
        }
        text(format!("<R><reservationSet><item><instancesSet>{items}</instancesSet></item></reservationSet></R>"))
    }

    fn fresh(&mut self, kind: &str) -> String {
        self.made += 1;
        format!("{kind}-{:017x}", self.made)
    }
}

fn fields(query: &str) -> Form {
    let pairs = query.split('&').map(|pair| pair.split_once('=').unwrap_or((pair, "")));
    let decoded = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    pairs.map(|(name, value)| (decoded(name), decoded(value))).collect()
}

fn text(body: impl Into<String>) -> Answer {
    Response::new(Full::new(Bytes::from(body.into())))
}

fn error(status: u16, code: &str) -> Answer {
    let body =
        format!("<Response><Errors><Error><Code>{code}</Code><Message>{code}</Message></Error></Errors></Response>");
    Response::builder().status(status).body(Full::new(Bytes::from(body))).unwrap()
}
