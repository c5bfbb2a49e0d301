//! DataSync agents: at which address one may be asked, what it is asked, what its answer is worth, and whether the network
//! around it lets it work.
//!
//! A request to a host that a person names is the one place where the program could be made to call something else
//! (`docs/agents.md`): so the address, the request and the answer are each decided here, and the
//! program only carries bytes.

pub mod activation;
pub mod address;
pub mod answer;
pub mod caller;
pub mod cidr;
pub mod jobs;
pub mod key;
pub mod network;
pub mod notice;
pub mod refusal;
pub mod request;
pub mod standing;
pub mod watch;

pub use address::{AddressRefused, AgentAddress, Stage, Written};
pub use answer::{Answer, AnswerRefused};
pub use cidr::Cidr;
pub use key::{ActivationKey, FetchedKey};
pub use refusal::KeyRefused;
pub use request::ActivationRequest;
