/// Which server, and how to prove who we are: from the command line, a file, the environment or the
/// person at the terminal.
#pragma once

#include <sumac/client.h>

#include <optional>
#include <string>
#include <string_view>

namespace sumac::tool {

/// What every subcommand takes to reach a server.
struct ConnectionOptions {
    std::string uri;           ///< a SPICE URI, or the path of a .vv file
    std::string password_file; ///< empty: none
    std::string ca_file;       ///< empty: as the URI or .vv file says
    std::string host_subject;  ///< empty: as the URI or .vv file says
    Deadlines deadlines;
    LogLevel log_level = LogLevel::warn;
    ImageCompression compression = ImageCompression::lz4;
};

/// Reads what `options` name. The password is that of --password-file, else that of the URI or .vv
/// file, else `environment_password` (null: none), else empty. A failure is a usage error.
Result<Target, Failure> resolve_target(const ConnectionOptions& options,
                                       const char* environment_password);

/// What of them a session is started with.
SessionOptions options_of(const ConnectionOptions& options);

/// Asks at the terminal with the echo off. Empty if standard input is no terminal, or if it ended
/// or `stop_fd` became readable before the line was complete.
std::optional<std::string> prompt_password(std::string_view server, int stop_fd);

} // namespace sumac::tool
