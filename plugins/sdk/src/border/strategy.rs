//! `DistributionStrategy` across the border.

#![expect(unsafe_code, reason = "the border passes objects as pointers")]

use core::ffi::c_void;
use core::slice;
use std::cell::RefCell;

use plimsoll_abi::v1::{self, Reply, Status};
use plimsoll_core::distribution::{Demand, DistributionError, DistributionStrategy, check};

use super::guard::guard;
use super::owned::Owned;
use super::reply::{answer, done_text, read_text};
use super::state::{into_state, of, release};

type Exported = Box<dyn DistributionStrategy>;

thread_local! {
    /// What the last sharing of this thread that failed was about.
    static FAILURE: RefCell<String> = const { RefCell::new(String::new()) };
    /// What a strategy writes to, until it has been checked.
    static SCRATCH: RefCell<Vec<u32>> = const { RefCell::new(Vec::new()) };
}

/// Gives a strategy away.
#[must_use]
pub fn export_strategy(strategy: Box<dyn DistributionStrategy>) -> v1::Strategy {
    v1::Strategy {
        state: into_state::<Exported>(strategy),
        ..none()
    }
}

/// One that is none.
pub(super) fn none() -> v1::Strategy {
    v1::Strategy {
        state: core::ptr::null_mut(),
        distribute,
        failure,
        release: release::<Exported>,
    }
}

unsafe extern "C" fn distribute(
    state: *mut c_void,
    budget: u32,
    demands: *const v1::Demand,
    allocations: *mut u32,
    count: usize,
) -> v1::Shared {
    // SAFETY: the border's contract: the state is of `export_strategy`; demands and allocations are
    // lent, not null, and so many; the layouts are the same, as is asserted above, and the host puts
    // only the numbers of `Priority` where one is.
    let (strategy, demands, allocations) = unsafe {
        (
            of::<Exported>(state),
            slice::from_raw_parts(demands.cast::<Demand>(), count),
            slice::from_raw_parts_mut(allocations, count),
        )
    };
    let (status, said) = match guard(|| strategy.distribute(budget, demands, allocations)) {
        Ok(Ok(())) => (Status::DONE, None),
        Ok(Err(error)) => (Status::FAILED, Some(format!("failed: {error}"))),
        Err(said) => (Status::PANICKED, Some(format!("panicked: {said}"))),
    };
    if let Some(said) = said {
        FAILURE.with(|last| last.replace(said));
    }
    v1::Shared {
        status,
        reserved: 0,
    }
}

unsafe extern "C" fn failure(_: *mut c_void) -> Reply {
    answer(|| Ok(done_text(&FAILURE.with(RefCell::take))))
}

/// A strategy that came across the border. What it shares is checked against the contract before
/// anybody sees it.
#[derive(Debug)]
pub struct ImportedStrategy {
    strategy: Owned<v1::Strategy>,
    name: Box<str>,
}

// SAFETY: a strategy is called from any number of threads at once (`DistributionStrategy: Send + Sync`).
unsafe impl Send for ImportedStrategy {}
// SAFETY: as above.
unsafe impl Sync for ImportedStrategy {}

impl ImportedStrategy {
    /// Takes a strategy over. Its name is for what there is to say of it.
    ///
    /// # Safety
    /// The strategy keeps to the contract of the border.
    #[must_use]
    pub unsafe fn new(strategy: v1::Strategy, name: &str) -> Self {
        Self::of(Owned::new(strategy), name)
    }

    /// As [`new`](Self::new), of one that is owned already.
    pub(super) fn of(strategy: Owned<v1::Strategy>, name: &str) -> Self {
        Self {
            strategy,
            name: name.into(),
        }
    }

    #[cold]
    fn failed(&self, said: &str) -> DistributionError {
        DistributionError::Failed {
            message: format!("the distribution strategy `{}` {said}", self.name),
        }
    }

    fn share(
        &self,
        budget: u32,
        demands: &[Demand],
        shares: &mut [u32],
    ) -> Result<(), DistributionError> {
        // SAFETY: the strategy is there; both slices live until this returns and are as long.
        let shared = unsafe {
            (self.strategy.distribute)(
                self.strategy.state,
                budget,
                demands.as_ptr().cast(),
                shares.as_mut_ptr(),
                demands.len(),
            )
        };
        if shared.status != Status::DONE {
            // SAFETY: the strategy is there.
            let said = read_text(unsafe { (self.strategy.failure)(self.strategy.state) });
            let said = said.unwrap_or_else(|fault| fault.to_string());
            return Err(self.failed(&said));
        }
        keeps_the_contract(budget, demands, shares).map_err(|said| self.failed(&said))
    }
}

/// Whether shares are what the contract of strategies says.
fn keeps_the_contract(budget: u32, demands: &[Demand], shares: &[u32]) -> Result<(), String> {
    let (mut given, mut most) = (0_u64, 0_u64);
    for (index, (demand, share)) in demands.iter().zip(shares).enumerate() {
        let Demand { min, max, .. } = *demand;
        if !(min..=max).contains(share) {
            return Err(format!(
                "gave demand {index} {share} workers, which is not within {min} to {max}"
            ));
        }
        given += u64::from(*share);
        most += u64::from(max);
    }
    let due = most.min(u64::from(budget));
    if given == due {
        return Ok(());
    }
    Err(format!(
        "gave {given} workers, where {due} are to be given of a budget of {budget}"
    ))
}

impl DistributionStrategy for ImportedStrategy {
    fn distribute(
        &self,
        budget: u32,
        demands: &[Demand],
        allocations: &mut [u32],
    ) -> Result<(), DistributionError> {
        check(budget, demands, allocations)?;
        // Taken for the time of the call, so that a strategy may share within sharing.
        let mut shares = SCRATCH.with(RefCell::take);
        shares.clear();
        shares.extend_from_slice(allocations);
        let shared = self.share(budget, demands, &mut shares);
        if shared.is_ok() {
            allocations.copy_from_slice(&shares);
        }
        SCRATCH.with(|scratch| scratch.replace(shares));
        shared
    }
}
