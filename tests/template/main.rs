//! What the stack promises before anything is deployed: the template, its translation and the state machine, each read by its own tools
//! and by rules of our own. Every rule is shown a broken stack too, so that none of them can pass by looking away.

#[cfg(test)]
mod alarms;
#[cfg(test)]
mod delivery;
#[cfg(test)]
mod documents;
#[cfg(test)]
mod functions;
#[cfg(test)]
mod linters;
#[cfg(test)]
mod night;
#[cfg(test)]
mod night_cost;
#[cfg(test)]
mod permissions;
#[cfg(test)]
mod policies;
#[cfg(test)]
mod protection;
#[cfg(test)]
mod restore;
#[cfg(test)]
mod stack;
#[cfg(test)]
mod tools;
#[cfg(test)]
mod trail;
