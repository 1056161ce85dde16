//! Work that many threads do and one takes up in order.
//!
//! A thread that decompresses a tarball puts batches on the conveyor; the pool's threads turn each into
//! its result; the same first thread takes the results in the order in which it put the batches, so that
//! what is written does not depend on who was faster. What is under way is bounded, and with it memory:
//! when the bound is reached, the first thread works too, if it is one of the pool's.

use std::collections::BTreeMap;
use std::panic::{self, AssertUnwindSafe};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

/// Bounded, ordered hand-over to the threads of a pool.
pub(super) struct Conveyor<'s, 'scope, T> {
    scope: &'s rayon::ScopeFifo<'scope>,
    sender: Sender<(u64, usize, thread::Result<T>)>,
    results: Receiver<(u64, usize, thread::Result<T>)>,
    put: u64,
    taken: u64,
    early: BTreeMap<u64, (usize, T)>,
    weight: usize,
    limit: usize,
}

impl<'s, 'scope, T: Send + 'scope> Conveyor<'s, 'scope, T> {
    /// A conveyor on which work of `limit` bytes may be under way.
    pub(super) fn new(scope: &'s rayon::ScopeFifo<'scope>, limit: usize) -> Self {
        let (sender, results) = channel();
        Self { scope, sender, results, put: 0, taken: 0, early: BTreeMap::new(), weight: 0, limit }
    }

    /// Puts a piece of work that holds `weight` bytes on it, and gives results that are ready to `take`;
    /// waits for some when too much is under way.
    pub(super) fn put<E>(
        &mut self,
        weight: usize,
        work: impl FnOnce() -> T + Send + 'scope,
        take: &mut impl FnMut(T) -> Result<(), E>,
    ) -> Result<(), E> {
        while self.weight > 0 && self.weight + weight > self.limit {
            self.receive(take)?;
        }
        let (number, sender) = (self.put, self.sender.clone());
        self.put += 1;
        self.weight += weight;
        self.scope.spawn_fifo(move |_| {
            let result = panic::catch_unwind(AssertUnwindSafe(work));
            // The receiver is gone when the package has failed already: then nobody wants the result.
            let _ = sender.send((number, weight, result));
        });
        while let Ok(received) = self.results.try_recv() {
            self.arrived(received, take)?;
        }
        Ok(())
    }

    /// Gives all results that are still to come to `take`.
    pub(super) fn finish<E>(mut self, take: &mut impl FnMut(T) -> Result<(), E>) -> Result<(), E> {
        while self.taken < self.put {
            self.receive(take)?;
        }
        Ok(())
    }

    fn receive<E>(&mut self, take: &mut impl FnMut(T) -> Result<(), E>) -> Result<(), E> {
        loop {
            if let Ok(received) = self.results.try_recv() {
                return self.arrived(received, take);
            }
            // Idle: what is missing is in the hands of other threads. Absent: this is no thread of a pool.
            if rayon::yield_now() != Some(rayon::Yield::Executed) {
                let received = self.results.recv().expect("this conveyor holds a sender itself");
                return self.arrived(received, take);
            }
        }
    }

    fn arrived<E>(
        &mut self,
        (number, weight, result): (u64, usize, thread::Result<T>),
        take: &mut impl FnMut(T) -> Result<(), E>,
    ) -> Result<(), E> {
        match result {
            Ok(result) => self.early.insert(number, (weight, result)),
            Err(panic) => panic::resume_unwind(panic),
        };
        while let Some((weight, result)) = self.early.remove(&self.taken) {
            self.taken += 1;
            self.weight -= weight;
            take(result)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::convert::Infallible;

    #[test]
    fn results_come_in_the_order_of_the_work() {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(4).build().unwrap();
        let mut taken = Vec::new();
        pool.in_place_scope_fifo(|scope| {
            let mut conveyor = Conveyor::new(scope, 10);
            let mut take = |number: u32| -> Result<(), Infallible> {
                taken.push(number);
                Ok(())
            };
            for number in 0..500_u32 {
                let work = move || {
                    thread::sleep(std::time::Duration::from_micros(u64::from(number * 7919 % 50)));
                    number
                };
                conveyor.put(usize::try_from(number % 13).unwrap(), work, &mut take).unwrap();
            }
            conveyor.finish(&mut take).unwrap();
        });
        assert_eq!(taken, (0..500).collect::<Vec<_>>());
    }

    #[test]
    #[should_panic(expected = "broken work")]
    fn a_panic_of_the_work_is_one_of_the_taker() {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(2).build().unwrap();
        pool.in_place_scope_fifo(|scope| {
            let mut conveyor: Conveyor<'_, '_, ()> = Conveyor::new(scope, 1);
            let mut take = |()| -> Result<(), Infallible> { Ok(()) };
            conveyor.put(1, || panic!("broken work"), &mut take).unwrap();
            conveyor.finish(&mut take).unwrap();
        });
    }
}
