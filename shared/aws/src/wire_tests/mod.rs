//! Every call over the wire, through the real SDK: what each answer means, what is sent, how often, and for how long.
//!
//! [`sites`] names every place in this crate that calls AWS, [`codes`] every error that is documented for such a call,
//! [`scenes`] drives the adapters, and [`wire`] answers them as the services would.

mod answers;
mod codes;
mod complete;
mod errors;
pub(crate) mod fixture;
mod requests;
mod scenes;
mod sites;
mod time_limits;
mod wire;
