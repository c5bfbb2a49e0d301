//! The use cases over a world in memory: what they promise, kept under every fault and at every moment of death.

#[cfg(test)]
mod access_points;
#[cfg(test)]
mod batch_jobs;
#[cfg(test)]
mod cancelling;
#[cfg(test)]
mod checking;
#[cfg(test)]
mod copying_back;
#[cfg(test)]
mod drilling;
#[cfg(test)]
mod drilling_by_schedule;
#[cfg(test)]
mod drilling_copies;
#[cfg(test)]
mod drilling_files;
#[cfg(test)]
mod events;
#[cfg(test)]
mod holding_nights;
#[cfg(test)]
mod machines;
#[cfg(test)]
mod new_objects;
#[cfg(test)]
mod objects_back;
#[cfg(test)]
mod one_machine_twice;
#[cfg(test)]
mod opening;
#[cfg(test)]
mod overtaking;
#[cfg(test)]
mod restoring;
#[cfg(test)]
mod starting;
#[cfg(test)]
mod sweeping;
#[cfg(test)]
mod sweeping_many;
#[cfg(test)]
mod telling;
#[cfg(test)]
mod unverified;
#[cfg(test)]
mod verifying;
#[cfg(test)]
mod watching_agents;
