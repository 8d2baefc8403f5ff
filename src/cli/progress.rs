//! A bar on a terminal's standard error, for whoever waits longer than a moment.

use std::io::IsTerminal as _;
use std::sync::Once;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::config;
use crate::persona::Voice;

/// What takes less than this needs no bar.
const PATIENCE: Duration = Duration::from_secs(1);

/// How often the bar moves, also when nothing is told.
const TICK: Duration = Duration::from_millis(100);

const SPINNER: &str = "{spinner:.cyan} {wide_msg}";

const BAR: &str = "{bar:20.cyan/dim} {wide_msg}";

/// The bar; it is cleared when this is dropped.
pub(super) struct Progress {
    bar: ProgressBar,
    voice: &'static Voice,
    counts: Once,
    waiting: Option<(Sender<()>, JoinHandle<()>)>,
}

impl Progress {
    /// A bar that shows itself after a second, and never where nobody would see it.
    pub(super) fn start(voice: &'static Voice) -> Self {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
        bar.set_style(style(SPINNER));
        bar.set_message(voice.reading);
        let seen = std::io::stderr().is_terminal() && !config::dumb_terminal();
        let waiting = seen.then(|| {
            let ((stop, stopped), bar) = (channel(), bar.clone());
            let wait = move || {
                if stopped.recv_timeout(PATIENCE) == Err(RecvTimeoutError::Timeout) {
                    bar.set_draw_target(ProgressDrawTarget::stderr());
                    bar.enable_steady_tick(TICK);
                }
            };
            (stop, std::thread::spawn(wait))
        });
        Self { bar, voice, counts: Once::new(), waiting }
    }

    /// Tells how many of how many files were analysed.
    pub(super) fn tell(&self, done: usize, of: usize) {
        self.counts.call_once(|| {
            self.bar.set_length(of as u64);
            self.bar.set_style(style(BAR).progress_chars("━╸─"));
        });
        // Threads may overtake each other.
        if done as u64 > self.bar.position() {
            self.bar.set_position(done as u64);
            self.bar.set_message((self.voice.analysing)(done, of));
        }
        if done == of {
            self.bar.set_style(style(SPINNER));
            self.bar.set_message(self.voice.summing_up);
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some((stop, waiting)) = self.waiting.take() {
            drop(stop);
            // It only waits: it cannot have panicked, and there is nothing to say if it did.
            let _ = waiting.join();
        }
        self.bar.finish_and_clear();
    }
}

/// A style that a test has seen to be well formed.
fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_spinner())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Language;

    #[test]
    fn a_bar_tells_how_far_it_is() {
        let terminal = indicatif::InMemoryTerm::new(3, 60);
        let progress = Progress::start(Voice::of(Language::En));
        let target = ProgressDrawTarget::term_like(Box::new(terminal.clone()));
        progress.bar.set_draw_target(target);
        progress.bar.tick();
        assert_eq!(terminal.contents(), "⠁ reading the code");
        progress.tell(7, 14);
        progress.tell(5, 14);
        progress.bar.force_draw();
        assert_eq!(terminal.contents(), "━━━━━━━━━━╸───────── 7 of 14 files analysed");
        progress.tell(14, 14);
        progress.bar.force_draw();
        assert!(terminal.contents().ends_with(" summing up"), "{}", terminal.contents());
        drop(progress);
        assert_eq!(terminal.contents(), "");
    }
}
