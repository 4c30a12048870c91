#include "video/hardware.h"

#include "video/libav.h"

namespace sumac::video {

AVBufferRef* Hardware::device() {
    std::call_once(looked_, [this] { look(); });
    return device_.get();
}

const std::string& Hardware::description() {
    std::call_once(looked_, [this] { look(); });
    return description_;
}

void Hardware::look() {
    silence_libav();
    // Through the kernel only: libavutil would ask an X server next.
    AVDictionary* options = nullptr;
    av_dict_set(&options, "connection_type", "drm", 0);
    AVBufferRef* found = nullptr;
    const int error = av_hwdevice_ctx_create(
        &found, AV_HWDEVICE_TYPE_VAAPI, wanted_.empty() ? nullptr : wanted_.c_str(), options, 0);
    av_dict_free(&options);
    if (error < 0) {
        description_ = "no VAAPI device (" + libav_error(error) + ")";
        return;
    }
    device_ = {found, [](AVBufferRef* device) { av_buffer_unref(&device); }};
    description_ = "VAAPI";
}

} // namespace sumac::video
