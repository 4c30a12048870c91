#include "link/link.h"

#include "base/check.h"
#include "base/writer.h"
#include "link/ticket.h"
#include "wire/text.h"

#include <fmt/format.h>
#include <spice/enums.h>
#include <spice/protocol.h>

#include <algorithm>
#include <span>
#include <utility>

namespace sumac::link {

namespace {

constexpr std::size_t header_size = 16;
constexpr std::size_t mess_size = 18;
constexpr std::size_t result_size = 4;
/// u32 error, the key, u32 common words, u32 channel words, u32 offset of the words.
constexpr std::size_t reply_fixed_size = 4 + SPICE_TICKET_PUBKEY_BYTES + 12;
/// The servers' own limit for what clients announce; real ones send one word of each.
constexpr std::uint32_t max_capability_words = 1024;
constexpr std::size_t max_reply_size =
    reply_fixed_size + std::size_t{2} * max_capability_words * sizeof(std::uint32_t);
/// Enough to recognise "HTTP/1.1 400 Bad Request" or "SSH-2.0-OpenSSH_9.2".
constexpr std::size_t max_shown_bytes = 40;

LinkError damaged(std::string detail) {
    return {.kind = LinkErrorKind::damaged_reply, .detail = std::move(detail)};
}

/// The error number that the server names, by what one does about it.
LinkErrorKind kind_of(std::uint32_t server_error) {
    switch (server_error) {
    case SPICE_LINK_ERR_INVALID_MAGIC:
    case SPICE_LINK_ERR_INVALID_DATA:
        return LinkErrorKind::request_refused;
    case SPICE_LINK_ERR_VERSION_MISMATCH:
        return LinkErrorKind::version_mismatch;
    case SPICE_LINK_ERR_NEED_SECURED:
        return LinkErrorKind::need_secured;
    case SPICE_LINK_ERR_NEED_UNSECURED:
        return LinkErrorKind::need_unsecured;
    case SPICE_LINK_ERR_PERMISSION_DENIED:
        return LinkErrorKind::permission_denied;
    case SPICE_LINK_ERR_BAD_CONNECTION_ID:
        return LinkErrorKind::bad_connection_id;
    case SPICE_LINK_ERR_CHANNEL_NOT_AVAILABLE:
        return LinkErrorKind::channel_not_available;
    default:
        return LinkErrorKind::server_error;
    }
}

/// What answered instead of a SPICE server. Judged on the first byte that differs, because many
/// protocols say a line and then wait for the client.
std::optional<LinkError> check_magic(Bytes received) {
    const Bytes magic = std::as_bytes(std::span{std::string_view{"REDQ"}});
    const std::size_t count = std::min(received.size(), magic.size());
    if (std::ranges::equal(received.first(count), magic.first(count))) return std::nullopt;
    constexpr std::byte tls_alert{0x15};
    constexpr std::byte tls_handshake{0x16};
    if (received[0] == tls_alert || received[0] == tls_handshake) {
        return LinkError{.kind = LinkErrorKind::expects_tls};
    }
    return LinkError{.kind = LinkErrorKind::not_spice,
                     .detail = wire::printable(received, max_shown_bytes)};
}

wire::Capabilities read_capabilities(Reader& r, std::uint32_t count) {
    std::vector<std::uint32_t> words;
    for (std::uint32_t i = 0; i < count; ++i) // both counts are small by now
        words.push_back(r.u32());
    return wire::Capabilities::from_words(std::move(words));
}

void write_words(Writer& w, const wire::Capabilities& capabilities) {
    for (const std::uint32_t word : capabilities.words())
        w.u32(word);
}

std::uint32_t word_count(const wire::Capabilities& capabilities) {
    return static_cast<std::uint32_t>(capabilities.words().size());
}

} // namespace

std::string_view to_string(LinkPhase phase) {
    switch (phase) {
    case LinkPhase::not_started:
        return "the handshake's start";
    case LinkPhase::reply:
        return "the server's link reply";
    case LinkPhase::result:
        return "the ticket's result";
    case LinkPhase::done:
        return "nothing, the channel is open";
    case LinkPhase::failed:
        return "nothing, the handshake failed";
    }
    return "nothing";
}

Link::Link(LinkRequest request) : request_(std::move(request)) {}

Result<std::vector<std::byte>, LinkError> Link::start() {
    CHECK(phase_ == LinkPhase::not_started);
    if (request_.password.size() > SPICE_MAX_PASSWORD_LENGTH) {
        phase_ = LinkPhase::failed;
        return LinkError{.kind = LinkErrorKind::password_too_long};
    }
    const wire::Capabilities& common = request_.common_capabilities;
    const wire::Capabilities& channel = request_.channel_capabilities;
    Writer w;
    w.u32(SPICE_MAGIC);
    w.u32(SPICE_VERSION_MAJOR);
    w.u32(SPICE_VERSION_MINOR);
    w.u32(static_cast<std::uint32_t>(mess_size) + 4 * (word_count(common) + word_count(channel)));
    w.u32(request_.connection_id);
    w.u8(request_.channel.type);
    w.u8(request_.channel.id);
    w.u32(word_count(common));
    w.u32(word_count(channel));
    w.u32(mess_size); // the words follow at once
    write_words(w, common);
    write_words(w, channel);
    phase_ = LinkPhase::reply;
    return w.take();
}

Result<LinkStep, LinkError> Link::on_bytes(Bytes received) {
    CHECK(phase_ != LinkPhase::not_started);
    if (auto error = check_first_bytes(received)) return fail(std::move(*error));
    LinkStep step;
    while (wanted() > 0) {
        const Bytes left = received.subspan(step.consumed);
        const Bytes taken = left.first(std::min(left.size(), wanted() - pending_.size()));
        pending_.insert(pending_.end(), taken.begin(), taken.end());
        step.consumed += taken.size();
        if (pending_.size() < wanted()) break;
        auto answer = read_structure(std::exchange(pending_, {}));
        if (!answer) return fail(answer.error());
        step.to_send.insert(step.to_send.end(), answer->begin(), answer->end());
    }
    step.phase = phase_;
    return step;
}

wire::HeaderKind Link::header_kind() const {
    return both_have(SPICE_COMMON_CAP_MINI_HEADER) ? wire::HeaderKind::mini
                                                   : wire::HeaderKind::full;
}

/// Judges what has come so far of the magic, and shows what came instead of it.
std::optional<LinkError> Link::check_first_bytes(Bytes received) const {
    if (phase_ != LinkPhase::reply || reply_size_ != 0) return std::nullopt;
    std::vector<std::byte> first = pending_;
    const Bytes more = received.first(std::min(received.size(), max_shown_bytes));
    first.insert(first.end(), more.begin(), more.end());
    return check_magic(first);
}

/// Bytes of the structure that comes next; 0 if none does.
std::size_t Link::wanted() const {
    if (phase_ == LinkPhase::reply) return reply_size_ == 0 ? header_size : reply_size_;
    return phase_ == LinkPhase::result ? result_size : 0;
}

Link::Answer Link::read_structure(const std::vector<std::byte>& data) {
    Reader r{data};
    if (phase_ == LinkPhase::result) return read_result(r);
    return reply_size_ == 0 ? read_header(r) : read_reply(r);
}

/// u32 magic, u32 major, u32 minor, u32 size of what follows.
Link::Answer Link::read_header(Reader& r) {
    r.skip(4); // the magic is checked as it comes
    peer_major_ = r.u32();
    peer_minor_ = r.u32();
    const std::uint32_t size = r.u32();
    if (peer_major_ != SPICE_VERSION_MAJOR) return refused(SPICE_LINK_ERR_VERSION_MISMATCH);
    if (size < reply_fixed_size) return damaged("its link reply is too short");
    if (size > max_reply_size) {
        return LinkError{.kind = LinkErrorKind::reply_too_large,
                         .detail = fmt::format("a link reply of {} bytes", size)};
    }
    reply_size_ = size;
    return std::vector<std::byte>{};
}

/// u32 error, u8 key[162], u32 common words, u32 channel words, u32 offset of the words.
Link::Answer Link::read_reply(Reader& r) {
    const std::uint32_t error = r.u32();
    const Bytes key = r.bytes(SPICE_TICKET_PUBKEY_BYTES);
    const std::uint32_t common = r.u32();
    const std::uint32_t channel = r.u32();
    const std::uint32_t offset = r.u32();
    if (error != SPICE_LINK_ERR_OK) return refused(error);
    if (common > max_capability_words || channel > max_capability_words) {
        return LinkError{.kind = LinkErrorKind::reply_too_large,
                         .detail = "more capabilities than any server has"};
    }
    if (offset < reply_fixed_size) return damaged("its capabilities overlap the reply");
    Reader words = r.at(offset);
    peer_common_ = read_capabilities(words, common);
    peer_channel_ = read_capabilities(words, channel);
    if (words.failed()) return damaged("its capabilities reach past the reply");
    return answer_with_ticket(key);
}

Link::Answer Link::answer_with_ticket(Bytes key) {
    if (peer_common_.has(SPICE_COMMON_CAP_AUTH_SASL) &&
        !peer_common_.has(SPICE_COMMON_CAP_AUTH_SPICE)) {
        return LinkError{.kind = LinkErrorKind::sasl_required};
    }
    const auto ticket = encrypt_ticket(key, request_.password);
    if (!ticket) {
        if (ticket.error().code == ErrorCode::invalid) {
            return damaged(std::string{ticket.error().text});
        }
        return LinkError{.kind = LinkErrorKind::crypto_failed,
                         .detail = std::string{ticket.error().text}};
    }
    Writer w;
    if (both_have(SPICE_COMMON_CAP_PROTOCOL_AUTH_SELECTION)) w.u32(SPICE_COMMON_CAP_AUTH_SPICE);
    w.bytes(*ticket);
    phase_ = LinkPhase::result;
    return w.take();
}

Link::Answer Link::read_result(Reader& r) {
    const std::uint32_t result = r.u32();
    // A server that refuses the mechanism says so with a whole new link reply.
    if (result == SPICE_MAGIC) return LinkError{.kind = LinkErrorKind::mechanism_refused};
    if (result != SPICE_LINK_ERR_OK) return refused(result);
    phase_ = LinkPhase::done;
    return std::vector<std::byte>{};
}

LinkError Link::refused(std::uint32_t server_error) const {
    return {.kind = kind_of(server_error),
            .server_error = server_error,
            .their_major = peer_major_,
            .their_minor = peer_minor_,
            .password_given = !request_.password.empty()};
}

LinkError Link::fail(LinkError error) {
    phase_ = LinkPhase::failed;
    return error;
}

bool Link::both_have(std::uint32_t common_capability) const {
    return request_.common_capabilities.has(common_capability) &&
           peer_common_.has(common_capability);
}

} // namespace sumac::link
