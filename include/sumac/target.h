/// Where to connect, and how to know that the right server answers.
#pragma once

#include <sumac/result.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace sumac {

/// A server. Exactly one of `host` and `unix_path` is set. Ports: 0 means none.
struct Target {
    std::string host;
    std::uint16_t port = 0;
    std::uint16_t tls_port = 0;
    std::string unix_path;

    std::string password; ///< never logged
    std::string ca_file;  ///< PEM file of trusted authorities; empty: the system's store
    std::string ca_pem;   ///< the same as text (a .vv file carries it); wins over ca_file
    std::string
        host_subject;  ///< expected certificate subject "O=x,CN=y"; empty: verify the host name
    std::string title; ///< for a window, from a .vv file

    bool operator==(const Target&) const = default;
    /// For messages: "host:port", "host:port (TLS)" or "unix:/path"; never the password.
    std::string name() const;
};

/// Parses `spice://host:port`, `spice://host?port=N&tls-port=M&password=...`,
/// `spice+tls://host:port` or `spice+unix:///path`. IPv6 hosts stand in brackets; values are
/// percent-decoded. The failure says which part is wrong and shows what a right one looks like.
Result<Target, Failure> parse_uri(std::string_view uri);

/// Parses the text of a virt-viewer connection file (`.vv`, the GLib key-file format, group
/// [virt-viewer]).
Result<Target, Failure> parse_vv(std::string_view text);

} // namespace sumac
