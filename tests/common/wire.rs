//! What goes over a wire, counted.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

const BEGIN: &[u8] = b"BEGIN READ ONLY";

/// A proxy before `port` that counts round trips (a client that speaks after the server has spoken starts
/// one) and the read-only transactions that were begun.
pub async fn counting_proxy(port: u16) -> (u16, Arc<AtomicU64>, Arc<AtomicU64>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let own = listener.local_addr().unwrap().port();
    let trips = Arc::new(AtomicU64::new(0));
    let begun = Arc::new(AtomicU64::new(0));
    let counted = (Arc::clone(&trips), Arc::clone(&begun));
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            let server = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
            client.set_nodelay(true).unwrap();
            server.set_nodelay(true).unwrap();
            let (mut from_client, mut to_client) = client.into_split();
            let (mut from_server, mut to_server) = server.into_split();
            let server_spoke = Arc::new(AtomicBool::new(true));
            let spoke = Arc::clone(&server_spoke);
            let (trips, begun) = counted.clone();
            tokio::spawn(async move {
                let mut chunk = vec![0; 65536];
                while let Ok(count @ 1..) = from_client.read(&mut chunk).await {
                    if server_spoke.swap(false, Ordering::SeqCst) {
                        trips.fetch_add(1, Ordering::SeqCst);
                    }
                    // A group is far smaller than a chunk and sent as one.
                    let begins = chunk[..count]
                        .windows(BEGIN.len())
                        .filter(|part| *part == BEGIN);
                    begun.fetch_add(begins.count() as u64, Ordering::SeqCst);
                    if to_server.write_all(&chunk[..count]).await.is_err() {
                        break;
                    }
                }
            });
            tokio::spawn(async move {
                let mut chunk = vec![0; 65536];
                while let Ok(count @ 1..) = from_server.read(&mut chunk).await {
                    spoke.store(true, Ordering::SeqCst);
                    if to_client.write_all(&chunk[..count]).await.is_err() {
                        break;
                    }
                }
            });
        }
    });
    (own, trips, begun)
}
