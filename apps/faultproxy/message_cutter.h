/// Cuts one direction of a channel, behind the handshake, into messages with their headers
/// (wire/framing.h has the layout). Pure.
///
/// A message is handed out whole; one that is longer than `largest_whole` in pieces as they come,
/// the first of which has at least that size. So nothing has to be trusted or refused: what is
/// garbage passes as it came.
#pragma once

#include "base/reader.h"
#include "wire/framing.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace sumac::faultproxy {

struct MessageHeader {
    std::uint16_t type = 0;
    std::uint32_t size = 0;     ///< of the body
    std::uint32_t sub_list = 0; ///< 0: none
};

struct Piece {
    std::optional<MessageHeader> header; ///< set for a message's first piece
    bool ends = false;                   ///< the message's last piece
    std::vector<std::byte> bytes;        ///< header included
};

/// Bytes of a message before its body.
std::size_t header_size(wire::HeaderKind kind);

class MessageCutter {
public:
    static constexpr std::size_t largest_whole = std::size_t{1} << 20U;

    explicit MessageCutter(wire::HeaderKind kind) : kind_(kind) {}

    void push(Bytes bytes);
    /// The next piece, if it is there.
    std::optional<Piece> take();
    /// The beginning of a message whose end will never come.
    std::vector<std::byte> take_rest();

private:
    std::size_t held() const { return buffer_.size() - taken_; }
    std::vector<std::byte> take_bytes(std::size_t count);

    wire::HeaderKind kind_;
    std::vector<std::byte> buffer_;
    std::size_t taken_ = 0;  ///< bytes of buffer_ that are handed out already
    std::uint64_t left_ = 0; ///< bytes still to come of a message whose first piece is handed out
};

} // namespace sumac::faultproxy
