//! TCP and TLS streams.
//!
//! They are opened here and handed to the client library, so that TLS has its provider explicitly and an error
//! is known where it happens.

use std::sync::Arc;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use super::connect::PATIENCE;
use super::url::{Address, RedisTarget};
use super::words;
use crate::model::panel_data::Failure;

/// What the client library needs of a stream.
pub(super) trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}
impl<S: AsyncRead + AsyncWrite + Unpin + Send> Stream for S {}

/// Connects to an address, with TLS where the target says so.
pub(super) async fn dial(
    target: &RedisTarget,
    address: &Address,
) -> Result<Box<dyn Stream>, Failure> {
    let place = address.to_string();
    // First of all: a file that cannot be read is found out without a network.
    let tls = target.tls.then(|| tls_config(target)).transpose()?;
    let connecting = TcpStream::connect((address.host.as_str(), address.port));
    let stream = timeout(PATIENCE, connecting)
        .await
        .map_err(|_| words::unreachable(&place))?
        .map_err(|error| {
            // What the system's look-up answers has no kind of its own.
            if error.raw_os_error().is_none() {
                words::unknown_host(&place, &error)
            } else {
                words::io(&place, &error)
            }
        })?;
    // A sample must not wait for the next one to fill the packet.
    stream
        .set_nodelay(true)
        .map_err(|error| words::io(&place, &error))?;
    let Some(tls) = tls else {
        return Ok(Box::new(stream));
    };
    let name = ServerName::try_from(address.host.clone()).map_err(|_| {
        Failure::new(format!(
            "Redis at {place}: the host name cannot be in a certificate"
        ))
    })?;
    let connector = TlsConnector::from(Arc::new(tls));
    let stream = timeout(PATIENCE, connector.connect(name, stream))
        .await
        .map_err(|_| words::silent_handshake(&place))?
        .map_err(|error| words::io(&place, &error))?;
    Ok(Box::new(stream))
}

/// Read anew for each connection: a certificate that was put right is seen without a restart.
fn tls_config(target: &RedisTarget) -> Result<ClientConfig, Failure> {
    let mut roots = RootCertStore::empty();
    if let Some(file) = &target.root_cert {
        let wrong = |what: &str| {
            Failure::new(format!("{} {what}", file.display()))
                .detail("root_cert under [redis] names a PEM file with the authority's certificate")
        };
        let pem =
            std::fs::read(file).map_err(|error| wrong(&format!("cannot be read: {error}")))?;
        for certificate in CertificateDer::pem_slice_iter(&pem) {
            let certificate = certificate.map_err(|_| wrong("is no PEM certificate"))?;
            roots
                .add(certificate)
                .map_err(|_| wrong("holds something that is no authority's certificate"))?;
        }
        if roots.is_empty() {
            return Err(wrong("holds no certificate"));
        }
    } else {
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| Failure::new(format!("TLS cannot be set up: {error}")))?;
    Ok(config.with_root_certificates(roots).with_no_client_auth())
}
