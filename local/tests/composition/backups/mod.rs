//! AWS Backup over real instances, images and roles of the emulator: what works, and what each misconfiguration says.

mod broken;
mod callers;
mod carried;
mod world;
