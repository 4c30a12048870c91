/// Checks a server's certificate as SPICE clients do: by host name, or by an expected subject.
#pragma once

#include <sumac/result.h>

#include <openssl/x509.h>

#include <string>

namespace sumac::io {

/// The certificate belongs to `host`: an IP address against the iPAddress names, a DNS name against
/// the dNSName names (a `*` stands for one label), and the common name only where the certificate
/// lists neither. On mismatch the message names both sides. The chain is not looked at; TLS does
/// that.
Result<Done, Failure> check_host_name(X509* certificate, const std::string& host);

/// The certificate's subject equals `expected`, written "key=value,key=value": the same entries in
/// the same order; `\` escapes a comma or itself; spaces before a key do not count. No host name is
/// compared then.
Result<Done, Failure> check_subject(X509* certificate, const std::string& expected);

} // namespace sumac::io
