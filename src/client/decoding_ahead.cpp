#include "client/decoding_ahead.h"

#include <set>

namespace sumac::client {

bool DecodingAhead::has_room(StreamKey stream, std::size_t bytes, Pace pace) const {
    if (pictures_.size() >= max_pictures) return false;
    std::size_t waiting_bytes = 0;
    std::size_t unseen_bytes = 0;
    std::ptrdiff_t of_stream = 0;
    std::set<StreamKey> with_sent;
    for (const auto& [frame, picture] : pictures_) {
        if (!picture.sent) waiting_bytes += picture.bytes;
        if (picture.sent && !with_sent.insert(picture.stream).second) continue;
        unseen_bytes += picture.bytes;
        if (picture.stream == stream) ++of_stream;
    }
    if (waiting_bytes > 0 && waiting_bytes + bytes > max_decoded_ahead_bytes) return false;
    return pace == Pace::hurried || of_stream < eager_pictures ||
           unseen_bytes + bytes <= eager_bytes;
}

void DecodingAhead::began(FrameId frame, StreamKey stream, std::size_t bytes) {
    pictures_.insert_or_assign(frame, Picture{stream, bytes});
}

void DecodingAhead::sent(FrameId frame) {
    if (const auto found = pictures_.find(frame); found != pictures_.end())
        found->second.sent = true;
}

void DecodingAhead::ended(FrameId frame) {
    pictures_.erase(frame);
}

} // namespace sumac::client
