/// Cuts the server's byte stream into messages, and puts the header before ours.
///
/// Mini header (both sides announced SPICE_COMMON_CAP_MINI_HEADER), 6 bytes:
///
///     0 u16 type | 2 u32 size | 6 body
///
/// Full header, 18 bytes; `sub_list`, if not 0, is the body offset of a list of sub-messages:
///
///     0 u64 serial | 8 u16 type | 10 u32 size | 14 u32 sub_list | 18 body
///
/// A list of sub-messages, its offsets counted from the first byte of the body:
///
///     0 u16 count | 2 u32 offset[count]        at each offset: 0 u16 type | 2 u32 size | 6 body
///
/// Damage here always costs the channel: nothing behind it can be found again.
#pragma once

#include "base/ids.h"
#include "base/reader.h"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace sumac::wire {

enum class HeaderKind { full, mini };

/// The largest body that is accepted. The largest that a server has reason to send is an
/// uncompressed primary surface, 8192x4096 at 32 bits (128 MiB), with its headers and clip.
inline constexpr std::uint32_t max_message_size = 129U << 20U;
/// Servers put one or two sub-messages (WAIT_FOR_CHANNELS, INVAL_LIST) before a message.
inline constexpr std::uint16_t max_sub_messages = 64;

/// One message from the server. `body` points into `buffer`, which keeps it alive; a sub-message
/// lies in the buffer of the message that carries it.
struct Message {
    std::optional<Serial> serial; ///< empty for a sub-message
    std::uint16_t type = 0;
    Bytes body;
    std::shared_ptr<const void> buffer;
    std::size_t buffer_bytes = 0; ///< what keeping it costs

    /// Not counted for acks, and without a number of its own.
    bool is_sub_message() const { return !serial.has_value(); }
};

/// The reader's side of one channel: bytes in, messages out. Pure; belongs to one thread.
///
///     const auto space = framer.next_buffer();
///     const auto done = framer.commit(socket.read(space));
///     while (auto message = framer.take_message()) ...
///
/// Large bodies are read straight into the buffer that the message will own. Memory grows with the
/// bytes that really come, not with the size that a header claims.
class Framer {
public:
    /// `next_serial` numbers the first message under the mini header, which carries no number.
    explicit Framer(HeaderKind kind,
                    Serial next_serial = Serial{1},
                    std::uint32_t size_limit = max_message_size);

    /// Where the next bytes belong; never empty; valid until the next call of a member.
    std::span<std::byte> next_buffer();
    /// `count` bytes (at most next_buffer().size()) were put there. After an error the stream is
    /// lost: the error stays. Messages completed before the damage can still be taken.
    Result<Done> commit(std::size_t count);
    /// The same for bytes that lie elsewhere: copies all of them.
    Result<Done> push(Bytes bytes);

    /// The next complete message, in order; sub-messages come before the message that carries them.
    /// SPICE_MSG_LIST itself comes as well, behind its sub-messages, because it counts as a
    /// message.
    std::optional<Message> take_message();

    /// Whether the stream stops inside a message, for when the peer closes.
    bool inside_message() const { return filled_ > 0 || body_; }
    /// From here on messages under the mini header are numbered from `next` on.
    void number_from(Serial next) { next_serial_ = next; }
    /// The number that the next message gets under the mini header.
    Serial next_serial() const { return next_serial_; }

private:
    struct Header {
        Serial serial;
        std::uint16_t type = 0;
        std::uint32_t size = 0;
        std::uint32_t sub_list = 0;
    };

    std::size_t header_size() const;
    Header read_header(Bytes bytes) const;
    Result<std::size_t> take_from_staging(Bytes bytes);
    void begin_body(Bytes first);
    void allocate_body(std::size_t size, Bytes first);
    void make_room();
    Result<Done> finish_message();
    Result<Done> expand_sub_messages(const Message& message, std::uint32_t list_offset);
    Result<Done> fail(Error error);

    HeaderKind kind_;
    std::uint32_t size_limit_;
    Serial next_serial_;
    std::vector<std::byte> staging_;
    std::size_t filled_ = 0;            ///< bytes of staging_ that hold the beginning of a message
    Header header_;                     ///< of the message whose body is being read
    std::shared_ptr<std::byte[]> body_; ///< set while a body is being read
    std::size_t allocated_ = 0;         ///< bytes that body_ has room for
    std::size_t received_ = 0;          ///< bytes of it that have come
    std::deque<Message> ready_;
    std::optional<Error> error_;
};

/// A client message with its header. The mini header does not carry `serial`.
std::vector<std::byte>
encode_message(HeaderKind kind, Serial serial, std::uint16_t type, Bytes body);

} // namespace sumac::wire
