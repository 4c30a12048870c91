/// A certificate authority and a server certificate for tests and demos.
#pragma once

#include <sumac/result.h>

#include <string>

namespace sumac::host {

/// What a TLS server needs, as PEM files.
struct CertificateFiles {
    std::string ca;
    std::string certificate;
    std::string key;
    bool operator==(const CertificateFiles&) const = default;
};

/// Makes ca-cert.pem, server-cert.pem and server-key.pem in `directory` (which it makes if need
/// be), valid for 30 days for the host `name`, and, if that is "localhost", for 127.0.0.1 and ::1.
/// The authority's key is thrown away.
Result<CertificateFiles, Failure> make_certificates(const std::string& directory,
                                                    const std::string& name);

/// The subject as SPICE's "host subject" has it ("O=...,CN=..."); empty if the file has none.
std::string subject_of(const std::string& certificate_file);

} // namespace sumac::host
