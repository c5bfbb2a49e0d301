//! Jobs of S3 Control over two accounts: real versions, real policies, real reports.

mod calls;
mod carried;
mod denied;
mod limits;
mod live;
mod manifests;
mod wire;
mod world;
