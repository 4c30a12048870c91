/// Hardware: the machine's own video decoder, if it has one that we can use (VAAPI).
///
/// Looked for once, when the first stream needs it: loading a driver costs tens of milliseconds and
/// megabytes, which a session without such a stream should not pay. One for all sessions of a
/// runtime. Thread-safe.
#pragma once

#include <memory>
#include <mutex>
#include <string>

struct AVBufferRef;

namespace sumac::video {

class Hardware {
public:
    /// `device`: a DRM render node; empty: the first that works.
    explicit Hardware(std::string device = {}) : wanted_(std::move(device)) {}

    /// libavcodec's handle of it, borrowed; null: there is none, decode in software. Blocks while
    /// it is looked for.
    AVBufferRef* device();
    /// "VAAPI", or why not: "no VAAPI device (No such file or directory)". Looks for it, too.
    const std::string& description();

private:
    void look();

    const std::string wanted_;
    std::once_flag looked_;
    std::shared_ptr<AVBufferRef> device_;
    std::string description_;
};

} // namespace sumac::video
