/// Why a channel could not be opened: precise enough to act on, and to tell a person what to do.
#pragma once

#include "base/ids.h"
#include <sumac/result.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace sumac::link {

enum class LinkErrorKind {
    not_spice,             ///< the first bytes are not SPICE's; `detail` shows them
    expects_tls,           ///< the first bytes look like TLS
    version_mismatch,      ///< another major version; both versions are set
    damaged_reply,         ///< a reply that can never be right; `detail` says what
    reply_too_large,       ///< a reply beyond our limits; `detail` says what
    need_secured,          ///< the server wants TLS for this channel
    need_unsecured,        ///< the server wants no TLS for this channel
    permission_denied,     ///< wrong, expired or missing password
    bad_connection_id,     ///< the server does not know our session
    channel_not_available, ///< the server has no such channel
    request_refused,       ///< the server says that our request is invalid; `server_error` is set
    sasl_required,         ///< the server takes SASL only
    mechanism_refused,     ///< the server takes no ticket from us
    server_error,          ///< another error number, in `server_error`
    password_too_long,     ///< longer than a ticket can carry; nothing was sent
    crypto_failed,         ///< the ticket could not be encrypted with the server's key
};

struct LinkError {
    LinkErrorKind kind = LinkErrorKind::damaged_reply;
    std::uint32_t server_error = 0; ///< SPICE_LINK_ERR_* as received
    std::uint32_t their_major = 0;
    std::uint32_t their_minor = 0;
    bool password_given = false; ///< whether the ticket held one
    std::string detail{};        ///< printable, one line
    bool operator==(const LinkError&) const = default;
};

/// The error as a person reads it. `target` is Target::name().
Failure to_failure(const LinkError& error, std::string_view target, ChannelId channel);

} // namespace sumac::link
