// The planes of a JPEG, by our own reading of its scan and by libjpeg's.
#pragma once

#include "base/reader.h"
#include "video/baseline_scan.h"

#include <algorithm>
#include <array>
#include <csetjmp>
#include <optional>
#include <vector>

// jpeglib.h wants <cstdio> before it.
// clang-format off
#include <cstdio>
#include <jpeglib.h>
// clang-format on

namespace sumac::video {

/// Y, U and V with whole blocks.
struct JpegPlanes {
    struct Plane {
        std::size_t stride_bytes = 0;
        std::size_t width = 0; ///< of the picture; the rest fills the last block, as do rows
        std::size_t height = 0;
        std::vector<std::byte> samples;
    };
    std::array<Plane, 3> planes;

    friend bool operator==(const JpegPlanes& a, const JpegPlanes& b) {
        return std::ranges::equal(a.planes, b.planes, [](const Plane& left, const Plane& right) {
            for (std::size_t row = 0; row < left.height; ++row) {
                const auto begin = static_cast<std::ptrdiff_t>(row * left.stride_bytes);
                if (!std::equal(left.samples.begin() + begin,
                                left.samples.begin() + begin +
                                    static_cast<std::ptrdiff_t>(left.width),
                                right.samples.begin() + begin))
                    return false;
            }
            return true;
        });
    }
};

/// One file, by both.
class JpegPlanesReader {
public:
    explicit JpegPlanesReader(Bytes file) : file_(file) {
        info_.err = jpeg_std_error(&errors_);
        errors_.error_exit = [](j_common_ptr of) {
            std::longjmp(static_cast<JpegPlanesReader*>(of->client_data)->give_up_, 1);
        };
        errors_.emit_message = [](j_common_ptr, int) {};
        info_.client_data = this;
        jpeg_create_decompress(&info_);
    }
    ~JpegPlanesReader() { jpeg_destroy_decompress(&info_); }
    JpegPlanesReader(const JpegPlanesReader&) = delete;
    JpegPlanesReader& operator=(const JpegPlanesReader&) = delete;

    /// nullptr: it is not ours to read.
    const JpegPlanes* ours(BaselineScan& scan, std::size_t most_samples = 1U << 24U) {
        if (!begin() || info_.num_components != 3 || !scan.begin(info_)) return nullptr;
        if (std::size_t{info_.image_width} * info_.image_height > most_samples) return nullptr;
        make_room(ours_);
        for (std::size_t line = 0; line < info_.image_height; line += lines()) {
            std::array<BaselineScan::Target, 3> targets;
            for (std::size_t i = 0; i < targets.size(); ++i) {
                targets[i] = {row_of(ours_, i, line),
                              static_cast<std::ptrdiff_t>(ours_.planes[i].stride_bytes)};
            }
            if (!scan.read_row(targets)) return nullptr;
        }
        return &ours_;
    }

    /// nullptr: an error. Warnings are none.
    const JpegPlanes* libjpegs() {
        if (!begin()) return nullptr;
        make_room(libjpegs_);
        if (setjmp(give_up_) != 0) return nullptr;
        info_.out_color_space = JCS_YCbCr;
        info_.raw_data_out = TRUE;
        jpeg_start_decompress(&info_);
        while (info_.output_scanline < info_.output_height) {
            std::array<std::array<JSAMPROW, 2 * DCTSIZE>, 3> rows{};
            std::array<JSAMPARRAY, 3> planes{};
            for (std::size_t i = 0; i < planes.size(); ++i) {
                std::byte* row = row_of(libjpegs_, i, info_.output_scanline);
                const auto count = static_cast<std::size_t>(info_.comp_info[i].v_samp_factor);
                for (std::size_t k = 0; k < count * DCTSIZE; ++k) {
                    rows[i][k] = static_cast<JSAMPROW>(static_cast<void*>(row));
                    row += libjpegs_.planes[i].stride_bytes;
                }
                planes[i] = rows[i].data();
            }
            jpeg_read_raw_data(&info_, planes.data(), static_cast<JDIMENSION>(lines()));
        }
        jpeg_finish_decompress(&info_);
        return &libjpegs_;
    }

private:
    bool begin() {
        jpeg_abort_decompress(&info_);
        if (setjmp(give_up_) != 0) return false;
        const void* const data = file_.data();
        jpeg_mem_src(&info_, static_cast<const unsigned char*>(data), file_.size());
        jpeg_read_header(&info_, TRUE);
        return true;
    }
    [[nodiscard]] std::size_t lines() const {
        return static_cast<std::size_t>(info_.max_v_samp_factor) * DCTSIZE;
    }
    std::byte* row_of(JpegPlanes& planes, std::size_t i, std::size_t line) const {
        const auto factor = static_cast<std::size_t>(info_.comp_info[i].v_samp_factor);
        return planes.planes[i].samples.data() +
               line / lines() * factor * DCTSIZE * planes.planes[i].stride_bytes;
    }
    void make_room(JpegPlanes& to) const {
        const auto units_of = [](std::size_t length, int factor) {
            const std::size_t side = static_cast<std::size_t>(factor) * DCTSIZE;
            return (length + side - 1) / side;
        };
        const std::size_t columns = units_of(info_.image_width, info_.max_h_samp_factor);
        const std::size_t rows = units_of(info_.image_height, info_.max_v_samp_factor);
        for (std::size_t i = 0; i < to.planes.size(); ++i) {
            const jpeg_component_info& component = info_.comp_info[i];
            JpegPlanes::Plane& plane = to.planes[i];
            plane.stride_bytes =
                columns * static_cast<std::size_t>(component.h_samp_factor) * DCTSIZE;
            plane.width = component.downsampled_width;
            plane.height = component.downsampled_height;
            plane.samples.assign(plane.stride_bytes * rows *
                                     static_cast<std::size_t>(component.v_samp_factor) * DCTSIZE,
                                 std::byte{0});
        }
    }

    Bytes file_;
    jpeg_decompress_struct info_{};
    jpeg_error_mgr errors_{};
    std::jmp_buf give_up_{};
    JpegPlanes ours_;
    JpegPlanes libjpegs_;
};

} // namespace sumac::video
