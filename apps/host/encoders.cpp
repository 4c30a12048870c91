#include "encoders.h"

#include <dlfcn.h>

namespace sumac::host {

namespace {

struct Element {
    const char* name;
    const char* package; ///< in Debian
};

Element element_for(Codec codec) {
    switch (codec) {
    case Codec::mjpeg:
        break; // built into the server
    case Codec::vp8:
        return {"vp8enc", "gstreamer1.0-plugins-good"};
    case Codec::vp9:
        return {"vp9enc", "gstreamer1.0-plugins-good"};
    case Codec::h264:
        return {"x264enc", "gstreamer1.0-plugins-ugly"};
    }
    return {nullptr, nullptr};
}

/// Asks the GStreamer library that libspice-server has loaded already. Linking it would ask for its
/// whole development package for these three calls.
bool gstreamer_has(const char* element) {
    void* const library = dlopen("libgstreamer-1.0.so.0", RTLD_NOW | RTLD_NOLOAD);
    if (library == nullptr) return false;
    using InitCheck = int (*)(int*, char***, void**);
    using Find = void* (*)(const char*);
    using Unref = void (*)(void*);
    const auto init = reinterpret_cast<InitCheck>(dlsym(library, "gst_init_check"));
    const auto find = reinterpret_cast<Find>(dlsym(library, "gst_element_factory_find"));
    const auto unref = reinterpret_cast<Unref>(dlsym(library, "gst_object_unref"));
    bool found = false;
    if (init != nullptr && find != nullptr && unref != nullptr &&
        init(nullptr, nullptr, nullptr) != 0) {
        void* const factory = find(element);
        found = factory != nullptr;
        if (found) unref(factory);
    }
    dlclose(library);
    return found;
}

} // namespace

std::string server_name_of(Codec codec) {
    switch (codec) {
    case Codec::mjpeg:
        return "spice:mjpeg";
    case Codec::vp8:
        return "gstreamer:vp8";
    case Codec::vp9:
        return "gstreamer:vp9";
    case Codec::h264:
        return "gstreamer:h264";
    }
    return {};
}

Result<Done, Failure> check_encoder(Codec codec) {
    const Element element = element_for(codec);
    if (element.name == nullptr || gstreamer_has(element.name)) return Done{};
    return Failure{.code = ErrorCode::unsupported,
                   .message = std::string("--codec: this machine lacks GStreamer's ") +
                              element.name + ", which libspice-server encodes with",
                   .advice = std::string("install ") + element.package + ", or use --codec mjpeg"};
}

} // namespace sumac::host
