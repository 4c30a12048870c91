#include "wire/framing.h"

#include "base/buffer_memory.h"
#include "base/check.h"
#include "base/writer.h"

#include <spice/enums.h>

#include <algorithm>
#include <iterator>
#include <new>

namespace sumac::wire {

namespace {

constexpr std::size_t mini_header_size = 6;
constexpr std::size_t full_header_size = 18;
/// One read of a busy socket; a compromise between system calls and idle memory per channel.
constexpr std::size_t staging_size = std::size_t{64} * 1024;
/// A body gets this much at once, more only as bytes come: most frames of a video fit, and a
/// hostile header cannot make us allocate.
constexpr std::size_t first_allocation = std::size_t{256} * 1024;
/// A body of which this much has come gets room for all that its header says: growing further by
/// copying would hold up the thread for many milliseconds. Memory that nothing comes for stays
/// untouched, and so is the system's.
constexpr std::size_t believable = std::size_t{1024} * 1024;
/// One read of a large body: more would hold up the thread.
constexpr std::size_t most_at_once = std::size_t{256} * 1024;

} // namespace

Framer::Framer(HeaderKind kind, Serial next_serial, std::uint32_t size_limit)
    : kind_(kind), size_limit_(size_limit), next_serial_(next_serial), staging_(staging_size) {}

std::span<std::byte> Framer::next_buffer() {
    if (!body_) return std::span{staging_}.subspan(filled_);
    make_room();
    return {body_.get() + received_, std::min(allocated_ - received_, most_at_once)};
}

Result<Done> Framer::commit(std::size_t count) {
    CHECK(count <= next_buffer().size());
    if (error_) return *error_;
    if (body_) {
        received_ += count;
        return received_ == header_.size ? finish_message() : Done{};
    }
    filled_ += count;
    const auto used = take_from_staging(Bytes{staging_}.first(filled_));
    if (!used) return used.error();
    std::copy(staging_.begin() + static_cast<std::ptrdiff_t>(*used),
              staging_.begin() + static_cast<std::ptrdiff_t>(filled_),
              staging_.begin());
    filled_ -= *used;
    return Done{};
}

Result<Done> Framer::push(Bytes bytes) {
    while (!bytes.empty()) {
        const auto space = next_buffer();
        const std::size_t count = std::min(space.size(), bytes.size());
        std::copy_n(bytes.begin(), count, space.begin());
        const auto done = commit(count);
        if (!done) return done;
        bytes = bytes.subspan(count);
    }
    return Done{};
}

std::optional<Message> Framer::take_message() {
    if (ready_.empty()) return std::nullopt;
    Message message = std::move(ready_.front());
    ready_.pop_front();
    return message;
}

std::size_t Framer::header_size() const {
    return kind_ == HeaderKind::mini ? mini_header_size : full_header_size;
}

Framer::Header Framer::read_header(Bytes bytes) const {
    Reader r{bytes};
    Header header;
    header.serial = kind_ == HeaderKind::mini ? next_serial_ : Serial{r.u64()};
    header.type = r.u16();
    header.size = r.u32();
    if (kind_ == HeaderKind::full) header.sub_list = r.u32();
    return header;
}

/// Takes all messages that begin in `bytes`; the last one's body may be incomplete. Returns how
/// many bytes were used: all but an incomplete header.
Result<std::size_t> Framer::take_from_staging(Bytes bytes) {
    std::size_t used = 0;
    while (bytes.size() - used >= header_size()) {
        header_ = read_header(bytes.subspan(used));
        used += header_size();
        if (header_.size > size_limit_) {
            return fail({ErrorCode::limit, "message is larger than the limit", 0}).error();
        }
        const std::size_t present = std::min<std::size_t>(header_.size, bytes.size() - used);
        begin_body(bytes.subspan(used, present));
        used += present;
        if (present < header_.size) break;
        const auto done = finish_message();
        if (!done) return done.error();
    }
    return used;
}

void Framer::begin_body(Bytes first) {
    allocate_body(std::max(first.size(), std::min<std::size_t>(header_.size, first_allocation)),
                  first);
    received_ = first.size();
}

/// Not cleared: that took half of the net thread's time where images are large (measured).
void Framer::allocate_body(std::size_t size, Bytes first) {
    std::shared_ptr<std::byte[]> body;
    if (size < first_allocation) {
        body = std::make_shared_for_overwrite<std::byte[]>(size);
    } else {
        body = allocate_buffer(size);
        if (!body) throw std::bad_alloc{};
    }
    std::copy(first.begin(), first.end(), body.get());
    body_ = std::move(body);
    allocated_ = size;
}

void Framer::make_room() {
    if (received_ < allocated_) return;
    const std::size_t twice = std::min<std::size_t>(header_.size, received_ * 2);
    allocate_body(received_ < believable ? twice : header_.size, {body_.get(), received_});
}

Result<Done> Framer::finish_message() {
    Message message{header_.serial, header_.type, {body_.get(), received_}, body_, allocated_};
    body_ = nullptr;
    received_ = 0;
    next_serial_ = Serial{header_.serial.value + 1};
    // Under the mini header, which has no sub_list, a message of its own carries the list.
    if (header_.type == SPICE_MSG_LIST || header_.sub_list != 0) {
        const auto done = expand_sub_messages(message, header_.sub_list);
        if (!done) return fail(done.error());
    }
    ready_.push_back(std::move(message));
    return Done{};
}

Result<Done> Framer::expand_sub_messages(const Message& message, std::uint32_t list_offset) {
    const Reader body{message.body};
    Reader list = body.at(list_offset);
    const std::uint16_t count = list.u16();
    if (count > max_sub_messages) return Error{ErrorCode::limit, "too many sub-messages", 0};

    std::vector<Message> messages;
    std::size_t total = 0;
    for (std::uint16_t i = 0; i < count; ++i) {
        Reader r = body.at(list.u32());
        const std::uint16_t type = r.u16();
        const Bytes bytes = r.bytes(r.u32());
        if (list.failed()) return list.error();
        if (r.failed()) return r.error();
        // Without this, a list that names one large sub-message many times multiplies the work.
        if (bytes.size() > message.body.size() - total) {
            return Error{ErrorCode::invalid, "sub-messages overlap", list.offset()};
        }
        total += bytes.size();
        messages.push_back({std::nullopt, type, bytes, message.buffer, message.buffer_bytes});
    }
    if (list.failed()) return list.error();
    std::ranges::move(messages, std::back_inserter(ready_));
    return Done{};
}

Result<Done> Framer::fail(Error error) {
    error_ = error;
    body_ = nullptr;
    return error;
}

std::vector<std::byte>
encode_message(HeaderKind kind, Serial serial, std::uint16_t type, Bytes body) {
    CHECK(body.size() <= max_message_size);
    Writer w;
    if (kind == HeaderKind::full) w.u64(serial.value);
    w.u16(type);
    w.u32(static_cast<std::uint32_t>(body.size()));
    if (kind == HeaderKind::full) w.u32(0); // no sub-messages
    w.bytes(body);
    return w.take();
}

} // namespace sumac::wire
