//! TLS with libpq's meaning of `sslmode`, on rustls with the `ring` provider named explicitly.
//!
//! rustls always wants chain and host name; `require` checks neither and `verify-ca` only the chain,
//! so the checks are ours, made of webpki's.

use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{verify_server_cert_signed_by_trust_anchor, verify_server_name};
use rustls::crypto::{
    CryptoProvider, WebPkiSupportedAlgorithms, verify_tls12_signature, verify_tls13_signature,
};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme,
};

use super::error::QueryError;
use super::url::{Roots, Target, TlsMode};
use crate::model::panel_data::Failure;
use crate::system::files::libpq_folder;

/// The certificate a server showed in its handshake.
#[derive(Clone, Debug, Default)]
pub(super) struct Shown(Arc<Mutex<Option<Vec<u8>>>>);

impl Shown {
    fn set(&self, certificate: Option<Vec<u8>>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = certificate;
    }

    /// Before another attempt.
    pub fn forget(&self) {
        self.set(None);
    }

    /// In DER; none without TLS.
    pub fn get(&self) -> Option<Vec<u8>> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

/// The certificate checks of one `sslmode`.
#[derive(Debug)]
struct Check {
    algorithms: WebPkiSupportedAlgorithms,
    /// None: any certificate will do.
    roots: Option<RootCertStore>,
    /// The root file's certificates as they are: OpenSSL, and so libpq, accepts a server's
    /// self-signed certificate that is itself in the file, webpki does not.
    given: Vec<CertificateDer<'static>>,
    host_name: bool,
    shown: Shown,
}

impl ServerCertVerifier for Check {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        self.shown.set(Some(end_entity.as_ref().to_vec()));
        let Some(roots) = &self.roots else {
            return Ok(ServerCertVerified::assertion());
        };
        let parsed = ParsedCertificate::try_from(end_entity)?;
        match verify_server_cert_signed_by_trust_anchor(
            &parsed,
            roots,
            intermediates,
            now,
            self.algorithms.all,
        ) {
            // Its dates were checked before this complaint.
            Err(rustls::Error::InvalidCertificate(CertificateError::Other(_)))
                if self.given.iter().any(|given| given == end_entity) => {}
            other => other?,
        }
        if self.host_name {
            verify_server_name(&parsed, server_name)?;
        }
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, cert, dss, &self.algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, cert, dss, &self.algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}

/// What the handshake needs; reads the root certificates from disk. The server's own goes to `shown`.
///
/// # Errors
/// [`QueryError::Tls`] for a root file that cannot be read or holds no certificate.
pub(super) fn client_config(target: &Target, shown: &Shown) -> Result<ClientConfig, QueryError> {
    let provider: CryptoProvider = rustls::crypto::ring::default_provider();
    let algorithms = provider.signature_verification_algorithms;
    let mode = target.verification();
    let (roots, given) = if mode < TlsMode::VerifyCa {
        (None, Vec::new())
    } else {
        let given = certificates(&target.roots)?;
        let mut store = RootCertStore::empty();
        store.add_parsable_certificates(given.iter().cloned());
        if store.is_empty() {
            return Err(tls(
                "no trusted root certificates were found on this machine",
                "point sslrootcert= in the URL to a PEM file, or install ca-certificates",
            ));
        }
        (Some(store), given)
    };
    let check = Check {
        algorithms,
        roots,
        given,
        host_name: mode == TlsMode::VerifyFull,
        shown: shown.clone(),
    };
    let mut config = ClientConfig::builder_with_provider(Arc::new(provider))
        .with_safe_default_protocol_versions()
        .map_err(|error| tls(format!("TLS cannot be set up: {error}"), ""))?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(check))
        .with_no_client_auth();
    if target.direct_tls {
        config.alpn_protocols = vec![b"postgresql".to_vec()];
    }
    Ok(config)
}

fn certificates(roots: &Roots) -> Result<Vec<CertificateDer<'static>>, QueryError> {
    match roots {
        Roots::File(path) => pem(path),
        Roots::System => Ok(rustls_native_certs::load_native_certs().certs),
        Roots::Default => {
            let own = libpq_folder()
                .map(|folder| folder.join("root.crt"))
                .filter(|path| path.is_file());
            match own {
                Some(path) => pem(&path),
                None => Ok(rustls_native_certs::load_native_certs().certs),
            }
        }
    }
}

fn pem(path: &Path) -> Result<Vec<CertificateDer<'static>>, QueryError> {
    let shown = path.display();
    let text = std::fs::read(path).map_err(|error| {
        tls(
            format!("the root certificate file {shown} cannot be read: {error}"),
            "sslrootcert= is looked up from the folder kpi was started in; an absolute path is safer",
        )
    })?;
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&text).collect();
    match found {
        Ok(found) if !found.is_empty() => Ok(found),
        _ => Err(tls(
            format!("{shown} holds no PEM certificate"),
            "it should contain a block that starts with -----BEGIN CERTIFICATE-----",
        )),
    }
}

fn tls(summary: impl Into<String>, detail: impl Into<String>) -> QueryError {
    let detail = detail.into();
    let mut failure = Failure::new(summary);
    if !detail.is_empty() {
        failure.details.push(detail);
    }
    QueryError::Tls(failure)
}

/// The server answered `N`.
pub(super) fn no_tls(place: &str, mode: TlsMode) -> QueryError {
    let word = match mode {
        TlsMode::VerifyCa => "verify-ca",
        TlsMode::VerifyFull => "verify-full",
        _ => "require",
    };
    tls(
        format!("{place} does not offer TLS, and sslmode={word} asks for it"),
        "add sslmode=disable (or prefer) to the URL only if the network in between is trusted",
    )
}

/// A handshake that failed, in one sentence.
pub(super) fn handshake(error: &io::Error, place: &str, host: &str) -> QueryError {
    let inner = error
        .get_ref()
        .and_then(|cause| cause.downcast_ref::<rustls::Error>());
    let Some(rustls::Error::InvalidCertificate(reason)) = inner else {
        let why = match error.kind() {
            io::ErrorKind::UnexpectedEof => "the server hung up during the handshake".to_owned(),
            _ => super::error::words(error),
        };
        return tls(format!("TLS with {place} failed: {why}"), "");
    };
    match reason {
        CertificateError::UnknownIssuer => {
            let advice = if is_supabase(host) {
                "Supabase's pooler certificates are signed by the private \"Supabase Root 2021 CA\": download it in the project's database settings and point sslrootcert= (URL) or [database] sslrootcert to it"
            } else {
                "point sslrootcert= in the URL to the PEM file of the authority that signed it"
            };
            tls(
                format!("the certificate of {place} is signed by an authority that is not trusted"),
                advice,
            )
        }
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => tls(
            format!("the certificate of {place} has expired"),
            "it must be renewed on the server; also check this machine's clock",
        ),
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => tls(
            format!("the certificate of {place} is not valid yet"),
            "check this machine's clock",
        ),
        CertificateError::NotValidForName => wrong_name(place, host, &[]),
        CertificateError::NotValidForNameContext { presented, .. } => {
            wrong_name(place, host, presented)
        }
        other => tls(
            format!("the certificate of {place} is refused: {other}"),
            "",
        ),
    }
}

fn wrong_name(place: &str, host: &str, presented: &[String]) -> QueryError {
    let names = if presented.is_empty() {
        "it names no other host either".to_owned()
    } else {
        format!("it is for {}", presented.join(", "))
    };
    tls(
        format!("the certificate of {place} is not for the host name {host}"),
        format!("{names}; use a name it is for, or sslmode=verify-ca to check the authority only"),
    )
}

fn is_supabase(host: &str) -> bool {
    let host = host.to_ascii_lowercase();
    host.ends_with(".supabase.com") || host.ends_with(".supabase.co")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(reason: CertificateError, host: &str) -> Failure {
        let error = io::Error::new(
            io::ErrorKind::InvalidData,
            rustls::Error::InvalidCertificate(reason),
        );
        match handshake(&error, &format!("{host}:5432"), host) {
            QueryError::Tls(failure) => failure,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn each_refusal_is_one_sentence() {
        let failure = shown(
            CertificateError::UnknownIssuer,
            "aws-0-eu.pooler.supabase.com",
        );
        assert!(failure.summary.contains("not trusted"), "{failure:?}");
        assert!(
            failure.details[0].contains("Supabase Root 2021 CA"),
            "{failure:?}"
        );
        let failure = shown(CertificateError::UnknownIssuer, "db.example.com");
        assert!(!failure.details[0].contains("Supabase"), "{failure:?}");
        assert!(
            shown(CertificateError::Expired, "h")
                .summary
                .contains("has expired")
        );
        assert!(
            shown(CertificateError::NotValidForName, "h")
                .summary
                .contains("not for the host name h")
        );
    }

    #[test]
    fn a_missing_root_file_is_named() {
        let target = Target::parse("postgres://h/d?sslrootcert=/nowhere/ca.pem").unwrap();
        let error = client_config(&target, &Shown::default())
            .unwrap_err()
            .to_string();
        assert!(error.contains("/nowhere/ca.pem"), "{error}");
    }
}
