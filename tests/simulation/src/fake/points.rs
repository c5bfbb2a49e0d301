//! Await points: where an invocation of this world can die, and where another can overtake it.

use std::future::Future;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

/// An await point: pending once, so that an invocation can die there.
#[derive(Default)]
pub(super) struct Point {
    was_reached: bool,
}

impl Future for Point {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        if std::mem::replace(&mut self.was_reached, true) { Poll::Ready(()) } else { Poll::Pending }
    }
}

/// Runs a future to its end; nothing in this world really waits.
pub fn run<T>(future: impl Future<Output = T>) -> T {
    crash_at(usize::MAX, future).expect("it is never cut off")
}

/// Runs a future and drops it at its n-th await point, counted from 1. `None` if it died there.
pub fn crash_at<T>(n: usize, future: impl Future<Output = T>) -> Option<T> {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    for _ in 0..n {
        if let Poll::Ready(value) = future.as_mut().poll(&mut context) {
            return Some(value);
        }
    }
    None
}

/// Runs the first future up to its n-th await point, then the second to its end, then the first to its end.
pub fn overtake<T, U>(n: usize, first: impl Future<Output = T>, second: impl Future<Output = U>) -> (T, U) {
    let mut first = pin!(first);
    let mut context = Context::from_waker(Waker::noop());
    for _ in 0..n {
        if let Poll::Ready(value) = first.as_mut().poll(&mut context) {
            return (value, run(second));
        }
    }
    let second = run(second);
    (run(first), second)
}

/// Calls `scenario` with 1, 2, 3 and so on, each in a world of its own, until its first call was not cut off any more.
/// Returns the number of crash points.
pub fn at_every_await_point(mut scenario: impl FnMut(usize) -> bool) -> usize {
    (1..=1_000).find(|n| !scenario(*n)).expect("a use case has fewer await points") - 1
}
