/// Where to connect, and how to know that the right server answers.
#pragma once

#include <sumac/result.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace sumac {

/// A server. Exactly one of `host` and `unix_path` is set. Ports: 0 means none.
struct Target {
    std::string host{};
    std::uint16_t port = 0;
    std::uint16_t tls_port = 0;
    std::string unix_path{};

    std::string password{}; ///< never logged
    std::string ca_file{};  ///< PEM file of trusted authorities; empty: the system's store
    std::string ca_pem{};   ///< the same as text (a .vv file carries it); wins over ca_file
    /// Expected certificate subject, "O=x,CN=y"; empty: verify the host name.
    std::string host_subject{};
    std::string title{}; ///< for a window, from a .vv file

    bool operator==(const Target&) const = default;
    /// For messages: "host:port", "host:port (TLS)" or "unix:/path"; never the password.
    std::string name() const;
};

/// Parses a server's address:
///
///     spice://host:port             plain
///     spice://host?port=N&tls-port=M&password=SECRET
///     spice+tls://host:port         TLS only
///     spice+unix:///path            a unix socket
///
/// At least one port must be given; `password` may be given with each. IPv6 addresses stand in
/// brackets; hosts, paths and values are percent-decoded. The failure says which part is wrong and
/// what a right one looks like; it never shows the password.
Result<Target, Failure> parse_uri(std::string_view uri);

/// Parses the text of a virt-viewer connection file (`.vv`, the GLib key-file format, group
/// [virt-viewer]). Uses the keys type, host, port, tls-port, unix-path, password, ca, host-subject
/// and title; refuses a `proxy`, which we cannot use; ignores all others.
Result<Target, Failure> parse_vv(std::string_view text);

} // namespace sumac
