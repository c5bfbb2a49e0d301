//! What the stack promises before anything is deployed: the template, its translation and the state machine, each read by its own tools
//! and by rules of our own. Every rule is shown a broken stack too, so that none of them can pass by looking away.

mod alarms;
mod delivery;
mod documents;
mod functions;
mod linters;
mod night;
mod night_cost;
mod permissions;
mod policies;
mod protection;
mod stack;
mod tools;
