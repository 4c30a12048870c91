/// Tells a WireSink what is read on the connections of a session. Net thread only.
#pragma once

#include "base/ids.h"
#include "base/reader.h"
#include "io/clock.h"
#include <sumac/sinks.h>

namespace sumac::client {

/// Numbers the connections of one session.
struct Wire {
    WireSink* sink = nullptr; ///< may be null
    std::uint64_t connections = 0;
};

/// Of one connection.
class WireTap {
public:
    WireTap(Wire& wire, ChannelId channel) : sink_(wire.sink), channel_(channel) {
        if (sink_ != nullptr) number_ = wire.connections++;
    }
    void received(Bytes bytes) const {
        if (!bytes.empty()) tell(bytes);
    }
    void ended() const { tell({}); }
    /// Who is told when each piece came.
    bool has_listener() const { return sink_ != nullptr; }

private:
    void tell(Bytes bytes) const {
        if (sink_ != nullptr)
            sink_->on_wire({number_, channel_.type, channel_.id, bytes, io::now()});
    }

    WireSink* sink_;
    ChannelId channel_;
    std::uint64_t number_ = 0;
};

} // namespace sumac::client
