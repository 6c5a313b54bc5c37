//! Two sources behind one door: the database itself, and the feed of whoever asks it for all.

use tokio::sync::{mpsc, watch};

use super::Request;

/// Hands each request to one of two sources, until the door is closed or a source is gone. What is under way
/// when `is_direct` changes is answered by whom it was given to.
pub async fn part(
    mut requests: mpsc::Receiver<Request>,
    direct: mpsc::Sender<Request>,
    fed: mpsc::Sender<Request>,
    is_direct: watch::Receiver<bool>,
) {
    while let Some(request) = requests.recv().await {
        let is_direct = request.is_own || *is_direct.borrow();
        let to = if is_direct { &direct } else { &fed };
        if to.send(request).await.is_err() {
            return;
        }
    }
}
