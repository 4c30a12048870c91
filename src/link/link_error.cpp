#include "link/link_error.h"

#include "wire/names.h"

#include <fmt/format.h>
#include <spice/protocol.h>

namespace sumac::link {

namespace {

/// Why, as the end of "cannot open main[0] at host:5900: ...", and what to do about it.
struct Explanation {
    ErrorCode code;
    std::string why;
    std::string_view advice;
};

Explanation explain_refusal(const LinkError& error) {
    switch (error.kind) {
    case LinkErrorKind::need_secured:
        return {ErrorCode::refused,
                "the server wants TLS for this channel",
                "give its TLS port (tls-port=N)"};
    case LinkErrorKind::need_unsecured:
        return {ErrorCode::refused,
                "the server wants this channel without TLS",
                "give its plain port (port=N) if you trust the network"};
    case LinkErrorKind::permission_denied:
        if (!error.password_given) {
            return {ErrorCode::denied, "the server wants a password", "give its password"};
        }
        return {ErrorCode::denied,
                "the server did not accept the password",
                "check the password; it may also have expired on the server"};
    case LinkErrorKind::bad_connection_id:
        return {
            ErrorCode::refused, "the server does not know this session any more", "connect again"};
    case LinkErrorKind::channel_not_available:
        return {ErrorCode::refused, "the server has no such channel", "connect again"};
    default:
        return {ErrorCode::refused,
                fmt::format("the server answered with error {}", error.server_error),
                "look into the server's log"};
    }
}

Explanation explain_version(const LinkError& error) {
    return {ErrorCode::unsupported,
            fmt::format("the server speaks SPICE version {}.{}, we speak {}.{}",
                        error.their_major,
                        error.their_minor,
                        SPICE_VERSION_MAJOR,
                        SPICE_VERSION_MINOR),
            "update the older of the two"};
}

Explanation explain_not_spice(const LinkError& error) {
    return {ErrorCode::invalid,
            fmt::format("this is not a SPICE server, it answered \"{}\"", error.detail),
            "check host and port"};
}

Explanation explain(const LinkError& error) {
    switch (error.kind) {
    case LinkErrorKind::not_spice:
        return explain_not_spice(error);
    case LinkErrorKind::expects_tls:
        return {ErrorCode::refused,
                "the server expects TLS on this port",
                "use spice+tls://host:port, or tls-port=N"};
    case LinkErrorKind::version_mismatch:
        return explain_version(error);
    case LinkErrorKind::damaged_reply:
        return {ErrorCode::invalid,
                fmt::format("the server's link reply is damaged: {}", error.detail),
                "check that host and port belong to a SPICE server"};
    case LinkErrorKind::reply_too_large:
        return {ErrorCode::limit,
                fmt::format("the server announced {}", error.detail),
                "check that host and port belong to a SPICE server"};
    case LinkErrorKind::request_refused:
        return {
            ErrorCode::refused,
            fmt::format("the server says our request is invalid (error {})", error.server_error),
            "look into the server's log"};
    case LinkErrorKind::sasl_required:
        return {ErrorCode::unsupported,
                "the server accepts only SASL authentication, which is not supported",
                "let the server use a password (ticket) instead"};
    case LinkErrorKind::mechanism_refused:
        return {ErrorCode::unsupported,
                "the server accepts no password (ticket) from us",
                "check the server's authentication settings"};
    case LinkErrorKind::password_too_long:
        return {ErrorCode::limit,
                fmt::format("the password is longer than the {} bytes that SPICE can carry",
                            SPICE_MAX_PASSWORD_LENGTH),
                "set a shorter password on the server"};
    case LinkErrorKind::crypto_failed:
        return {ErrorCode::system,
                fmt::format("the password could not be sent: {}", error.detail),
                "check the OpenSSL installation; RSA with SHA-1 must be allowed"};
    case LinkErrorKind::need_secured:
    case LinkErrorKind::need_unsecured:
    case LinkErrorKind::permission_denied:
    case LinkErrorKind::bad_connection_id:
    case LinkErrorKind::channel_not_available:
    case LinkErrorKind::server_error:
        return explain_refusal(error);
    }
    return explain_refusal(error);
}

} // namespace

Failure to_failure(const LinkError& error, std::string_view target, ChannelId channel) {
    const Explanation explanation = explain(error);
    return {explanation.code,
            fmt::format(
                "cannot open {} at {}: {}", wire::channel_name(channel), target, explanation.why),
            std::string{explanation.advice}};
}

} // namespace sumac::link
