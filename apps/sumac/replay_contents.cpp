#include "replay_contents.h"

#include <spice/enums.h>

#include <algorithm>
#include <fstream>
#include <memory>

namespace sumac::tool {

Result<CaptureReader, Failure> open_capture(const std::string& path) {
    auto file = std::make_unique<std::ifstream>(path, std::ios::binary);
    if (!*file) {
        return Failure{
            ErrorCode::system, "cannot read " + path, "check the path and its permissions"};
    }
    return CaptureReader::open(std::move(file), path);
}

bool is_microphone(const CaptureRecord& record) {
    return record.kind != CaptureRecord::Kind::checkpoint &&
           record.channel_type == SPICE_CHANNEL_RECORD;
}

Result<ReplayContents, Failure> contents_of(const std::string& path) {
    auto reader = open_capture(path);
    if (!reader) return reader.error();
    ReplayContents contents;
    while (true) {
        const auto record = reader->next();
        if (!record) return record.error();
        if (!*record) return contents;
        const CaptureRecord& found = **record;
        // What the client's own end did to the connections is not part of it.
        if (found.kind == CaptureRecord::Kind::ended || is_microphone(found)) continue;
        contents.length = std::max(contents.length, found.at);
        if (found.kind == CaptureRecord::Kind::checkpoint) {
            contents.display = found.checkpoint.display;
            continue;
        }
        contents.connections.try_emplace(found.connection,
                                         ChannelKey{found.channel_type, found.channel_id});
    }
}

} // namespace sumac::tool
