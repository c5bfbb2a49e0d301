//! `docs/promises.md` and the tests agree.
