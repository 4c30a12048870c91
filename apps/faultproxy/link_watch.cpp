#include "link_watch.h"

#include <spice/enums.h>
#include <spice/protocol.h>

#include <algorithm>

namespace sumac::faultproxy {

namespace {

constexpr std::size_t header_size = 16;
constexpr std::size_t mess_fixed_size = 18;
constexpr std::size_t reply_fixed_size = 4 + SPICE_TICKET_PUBKEY_BYTES + 12;
constexpr std::size_t mechanism_size = 4;
/// RSA with 1024 bits, the only key that the protocol has room for.
constexpr std::size_t ticket_size = 128;
constexpr std::size_t result_size = 4;
/// The servers' own limits: 4096 bytes of link message, 1024 words of each kind of capabilities.
constexpr std::size_t max_mess_size = 4096;
constexpr std::uint32_t max_capability_words = 1024;
constexpr std::size_t max_reply_size = reply_fixed_size + std::size_t{2} * max_capability_words * 4;

/// The size that a SpiceLinkHeader announces, or nothing if it is none.
std::optional<std::size_t> announced_size(Bytes header) {
    Reader r{header};
    const bool magic = r.u32() == SPICE_MAGIC;
    const bool version = r.u32() == SPICE_VERSION_MAJOR;
    r.skip(4); // minor
    const std::uint32_t size = r.u32();
    if (r.failed() || !magic || !version) return std::nullopt;
    return size;
}

/// `count` words at `offset` of `data`; nothing if they are not there.
std::optional<wire::Capabilities>
read_words(Bytes data, std::uint32_t offset, std::uint32_t count) {
    if (count > max_capability_words) return std::nullopt;
    Reader r = Reader{data}.at(offset);
    std::vector<std::uint32_t> words(count);
    for (std::uint32_t& word : words)
        word = r.u32();
    if (r.failed()) return std::nullopt;
    return wire::Capabilities::from_words(std::move(words));
}

} // namespace

std::size_t LinkWatch::on_bytes(Direction direction, Bytes bytes) {
    if (!opaque_.empty()) return bytes.size();
    return direction == Direction::to_server ? client_bytes(bytes) : server_bytes(bytes);
}

bool LinkWatch::open(Direction direction) const {
    if (!opaque_.empty()) return false;
    return direction == Direction::to_server ? client_done_ : server_done_;
}

wire::HeaderKind LinkWatch::header_kind() const {
    return both_have(SPICE_COMMON_CAP_MINI_HEADER) ? wire::HeaderKind::mini
                                                   : wire::HeaderKind::full;
}

bool LinkWatch::both_have(std::uint32_t common_capability) const {
    return client_common_.has(common_capability) && server_common_ &&
           server_common_->has(common_capability);
}

std::size_t LinkWatch::client_bytes(Bytes bytes) {
    if (client_done_) return 0;
    const std::size_t before = client_.size();
    client_.insert(client_.end(), bytes.begin(), bytes.end());
    if (mess_size_ == 0) read_mess();
    if (opaque_.empty() && channel_) read_client_rest();
    return client_done_ ? client_size_ - before : bytes.size();
}

void LinkWatch::read_mess() {
    const std::size_t first = std::min(client_.size(), sizeof(std::uint32_t));
    constexpr std::uint32_t magic = SPICE_MAGIC;
    if (!std::ranges::equal(Bytes{client_}.first(first),
                            std::as_bytes(std::span{&magic, 1}).first(first)))
        return give_up("no SPICE link: TLS, WebSocket or another protocol");
    if (client_.size() < header_size) return;
    const auto size = announced_size(Bytes{client_}.first(header_size));
    if (!size || *size < mess_fixed_size || *size > max_mess_size)
        return give_up("a link message that is not understood");
    if (client_.size() < header_size + *size) return;
    const Bytes mess = Bytes{client_}.subspan(header_size, *size);
    Reader r{mess};
    r.skip(4); // connection id
    const ChannelId channel{r.u8(), r.u8()};
    const std::uint32_t common_words = r.u32();
    r.skip(4); // number of channel capability words
    const auto common = read_words(mess, r.u32(), common_words);
    if (!common) return give_up("a link message that is not understood");
    client_common_ = *common;
    mess_size_ = header_size + *size;
    channel_ = channel;
}

/// What the client sends behind its link message depends on the server's reply.
void LinkWatch::read_client_rest() {
    const bool selects = both_have(SPICE_COMMON_CAP_PROTOCOL_AUTH_SELECTION);
    const std::size_t most = mess_size_ + mechanism_size + ticket_size;
    if (!server_common_) {
        if (client_.size() > most) give_up("a client that does not wait for the server's reply");
        return;
    }
    const std::size_t ticket = mess_size_ + (selects ? mechanism_size : 0);
    if (client_.size() < ticket) return;
    if (selects && Reader{client_}.at(mess_size_).u32() != SPICE_COMMON_CAP_AUTH_SPICE)
        return give_up("SASL authentication");
    if (client_.size() < ticket + ticket_size) return;
    client_size_ = ticket + ticket_size;
    client_done_ = true;
}

std::size_t LinkWatch::server_bytes(Bytes bytes) {
    if (server_done_) return 0;
    const std::size_t before = server_.size();
    server_.insert(server_.end(), bytes.begin(), bytes.end());
    if (reply_size_ == 0) read_reply();
    if (!opaque_.empty() || reply_size_ == 0 || server_.size() < reply_size_ + result_size)
        return bytes.size();
    if (!client_done_) {
        give_up("a server that does not wait for the ticket");
        return bytes.size();
    }
    if (Reader{server_}.at(reply_size_).u32() != SPICE_LINK_ERR_OK) {
        give_up("the server refused the link");
        return bytes.size();
    }
    server_done_ = true;
    return reply_size_ + result_size - before;
}

void LinkWatch::read_reply() {
    if (!channel_) return give_up("a server that speaks first");
    if (server_.size() < header_size) return;
    const auto size = announced_size(Bytes{server_}.first(header_size));
    if (!size || *size < reply_fixed_size || *size > max_reply_size)
        return give_up("a link reply that is not understood");
    if (server_.size() < header_size + *size) return;
    const Bytes reply = Bytes{server_}.subspan(header_size, *size);
    Reader r{reply};
    if (r.u32() != SPICE_LINK_ERR_OK) return give_up("the server refused the link");
    r.skip(SPICE_TICKET_PUBKEY_BYTES);
    const std::uint32_t common_words = r.u32();
    r.skip(4); // number of channel capability words
    auto common = read_words(reply, r.u32(), common_words);
    if (!common) return give_up("a link reply that is not understood");
    server_common_ = std::move(common);
    reply_size_ = header_size + *size;
    read_client_rest(); // in case the ticket was sent ahead
    if (client_done_ && client_.size() > client_size_)
        give_up("a client that does not wait for the server's reply");
}

} // namespace sumac::faultproxy
