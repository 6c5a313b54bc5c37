//! Control events of the console
//! (<https://learn.microsoft.com/en-us/windows/console/handlerroutine>).

use std::io;

use tokio::signal::windows::{
    CtrlBreak, CtrlC, CtrlClose, CtrlLogoff, CtrlShutdown, ctrl_break, ctrl_c, ctrl_close,
    ctrl_logoff, ctrl_shutdown,
};

use crate::system::Signal;

/// All are heard, and those that were asked for are told.
#[derive(Debug)]
pub struct Signals {
    interrupts: Option<CtrlC>,
    ends: Option<Ends>,
}

/// The system waits a few seconds after the last three.
#[derive(Debug)]
struct Ends {
    broken: CtrlBreak,
    closed: CtrlClose,
    logged_off: CtrlLogoff,
    shut_down: CtrlShutdown,
}

impl Signals {
    /// Hears these from now on.
    ///
    /// # Errors
    /// The system lets nobody hear them.
    pub fn hear(wanted: &[Signal]) -> io::Result<Self> {
        let interrupts = wanted.contains(&Signal::Interrupted);
        let ends = wanted.contains(&Signal::Terminated);
        Ok(Self {
            interrupts: interrupts.then(ctrl_c).transpose()?,
            ends: ends.then(Ends::hear).transpose()?,
        })
    }

    /// The next one.
    pub async fn next(&mut self) -> Signal {
        let interrupted = async {
            match &mut self.interrupts {
                Some(interrupts) => interrupts.recv().await,
                None => std::future::pending().await,
            }
        };
        let ended = async {
            match &mut self.ends {
                Some(ends) => ends.next().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            biased;
            () = ended => Signal::Terminated,
            _ = interrupted => Signal::Interrupted,
        }
    }
}

impl Ends {
    fn hear() -> io::Result<Self> {
        Ok(Self {
            broken: ctrl_break()?,
            closed: ctrl_close()?,
            logged_off: ctrl_logoff()?,
            shut_down: ctrl_shutdown()?,
        })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.broken.recv() => {}
            _ = self.closed.recv() => {}
            _ = self.logged_off.recv() => {}
            _ = self.shut_down.recv() => {}
        }
    }
}
