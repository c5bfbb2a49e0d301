//! How much memory a run of ten thousand jobs takes to open and to tell. A program of its own, because the memory of a process
//! is shared by its tests.

#[cfg(test)]
mod ten_thousand;
