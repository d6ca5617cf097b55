// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_OUTPUT_SVG_HPP
#define FLOWLOG_OUTPUT_SVG_HPP

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <flowlog/escape.hpp>
#include <flowlog/flow/print.hpp>
#include <flowlog/output/detail/xml_text.hpp>
#include <flowlog/output/numbers.hpp>
#include <flowlog/output/report.hpp>

namespace flowlog {

/// Writes a drawing as SVG 1.1 that is part of an HTML page. Shapes have classes, and the page says
/// what colours these have. Texts are escaped. A title is what a shape says when it is pointed at.
///
///     auto drawing = flowlog::svg_writer{400, 100, "Bytes over time"};
///     drawing.rect(10, 20, 30, 80, "layer0", "1.2 MB");
///     page += drawing.finish();
class svg_writer {
public:
    /// `label` says in a few words what the drawing shows.
    svg_writer(double width, double height, std::string_view label,
               std::string_view css_class = "chart") {
        out_ = "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"";
        out_ += text_of(css_class) + "\" viewBox=\"0 0 " + number(width) + ' ' + number(height) +
                "\" role=\"img\" aria-label=\"" + text_of(label) + "\">";
    }

    void rect(double x, double y, double width, double height, std::string_view css_class,
              std::string_view title = {}) {
        out_ += "<rect x=\"" + number(x) + "\" y=\"" + number(y) + "\" width=\"" + number(width) +
                "\" height=\"" + number(height) + '"';
        close("rect", css_class, title);
    }

    /// `data` is the attribute `d`.
    void path(std::string_view data, std::string_view css_class, std::string_view title = {}) {
        out_ += "<path d=\"";
        out_ += data;
        out_ += '"';
        close("path", css_class, title);
    }

    void text(double x, double y, std::string_view what, std::string_view css_class) {
        out_ += "<text x=\"" + number(x) + "\" y=\"" + number(y) + "\" class=\"" +
                text_of(css_class) + "\">" + text_of(what) + "</text>";
    }

    /// The drawing, complete.
    [[nodiscard]] auto finish() -> std::string {
        out_ += "</svg>";
        return std::move(out_);
    }

    /// A coordinate, with at most one decimal.
    [[nodiscard]] static auto number(double value) -> std::string {
        auto text = detail::digits_text(value, std::chars_format::fixed, 1);
        return text.ends_with(".0") ? text.substr(0, text.size() - 2) : text;
    }

private:
    static auto text_of(std::string_view text) -> std::string {
        return detail::xml_text(escaped(text, 200));
    }

    void close(std::string_view name, std::string_view css_class, std::string_view title) {
        out_ += " class=\"" + text_of(css_class) + '"';
        if (title.empty()) {
            out_ += "/>";
            return;
        }
        out_ += "><title>" + text_of(title) + "</title></";
        out_ += name;
        out_ += '>';
    }

    std::string out_;
};

namespace detail {

/// The smallest of 1, 2 and 5 times a power of ten that is at least `value`.
[[nodiscard]] inline auto round_step(double value) -> double {
    auto const power = std::pow(10.0, std::floor(std::log10(std::max(value, 1.0))));
    for (auto const factor : {1.0, 2.0, 5.0})
        if (factor * power >= value) return factor * power;
    return 10 * power;
}

/// A value as text; it may be a sum that does not fit into 64 bits.
[[nodiscard]] inline auto chart_value(double value, bool is_bytes) -> std::string {
    constexpr auto limit = 0x1p64;
    auto const number = value < limit ? static_cast<std::uint64_t>(value) : UINT64_MAX;
    return chart_value(number, is_bytes);
}

/// The class of a layer's colour. What was rejected is red in every chart.
[[nodiscard]] inline auto layer_class(time_chart const& chart, std::size_t layer) -> std::string {
    return chart.layers[layer].name == "REJECT" ? "reject" : "layer" + std::to_string(layer % 8);
}

/// Draws bars over time, one layer upon the other.
///
///     value  ┤   ▇
///            ┤ ▇ ▇▇  ▇
///            └──────────
///             time
template <class = void>
class time_chart_drawing {
public:
    time_chart_drawing(time_chart const& chart, double width, double height)
        : chart_{chart},
          width_{width},
          height_{height},
          step_{round_step(static_cast<double>(std::max<std::uint64_t>(chart.peak(), 1)) / 4)},
          top_{step_ *
               std::ceil(static_cast<double>(std::max<std::uint64_t>(chart.peak(), 1)) / step_)},
          bar_{(width - left - right) /
               static_cast<double>(std::max<std::size_t>(chart.size(), 1))},
          out_{width, height, chart.title, "chart time"} {}

    [[nodiscard]] auto draw() -> std::string {
        draw_values();
        draw_layers();
        draw_times();
        for (std::size_t i = 0; i < chart_.size(); ++i)
            out_.rect(x_of(i), top, bar_, height_ - top - bottom, "hit", title_of(i));
        return out_.finish();
    }

private:
    static constexpr double left = 60;
    static constexpr double right = 8;
    static constexpr double top = 10;
    static constexpr double bottom = 26;

    [[nodiscard]] auto x_of(std::size_t span) const -> double {
        return left + bar_ * static_cast<double>(span);
    }
    /// A sum of layers that does not fit into 64 bits is drawn as the highest line.
    [[nodiscard]] auto y_of(double value) const -> double {
        return height_ - bottom - (height_ - top - bottom) * std::min(value, top_) / top_;
    }

    void draw_values() {
        for (auto value = 0.0; value <= top_ * 1.001; value += step_) {
            auto const y = y_of(value);
            out_.path("M" + svg_writer::number(left) + ' ' + svg_writer::number(y) + 'H' +
                          svg_writer::number(width_ - right),
                      value == 0 ? "axis" : "grid");
            out_.text(left - 8, y + 4, chart_value(value, chart_.is_bytes), "end");
        }
    }

    /// A layer is one path, which keeps pages small.
    void draw_layers() {
        auto below = std::vector<double>(chart_.size());
        auto const gap = bar_ > 4 ? 1.0 : 0.0;
        for (std::size_t layer = 0; layer < chart_.layers.size(); ++layer) {
            auto data = std::string{};
            for (std::size_t i = 0; i < chart_.size(); ++i) {
                auto const value = static_cast<double>(chart_.layers[layer].values[i]);
                if (value == 0) continue;
                auto const low = y_of(below[i]);
                below[i] += value;
                auto const high = y_of(below[i]);
                data += 'M' + svg_writer::number(x_of(i)) + ' ' + svg_writer::number(low) + 'V' +
                        svg_writer::number(high) + 'h' + svg_writer::number(bar_ - gap) + 'V' +
                        svg_writer::number(low) + 'z';
            }
            if (!data.empty()) out_.path(data, layer_class(chart_, layer));
        }
    }

    void draw_times() {
        auto const wanted = std::max(1.0, std::floor((width_ - left - right) / 100));
        auto const every = static_cast<std::size_t>(
            std::max(1.0, std::ceil(static_cast<double>(chart_.size()) / wanted)));
        for (std::size_t i = 0; i < chart_.size(); i += every) {
            if (x_of(i) > width_ - right - 40 && i != 0) break;
            out_.text(x_of(i), height_ - 8, time_text(i, false), "begin");
        }
    }

    /// When a span begins: `10:25`, `05-01 10:25` or `2024-05-01`.
    [[nodiscard]] auto time_text(std::size_t span, bool whole) const -> std::string {
        using namespace std::chrono;
        auto const text = to_text(chart_.first + chart_.span * static_cast<std::int64_t>(span));
        if (text.size() < 16) return text;
        if (whole) return text.substr(0, 10) + ' ' + text.substr(11, 5);
        if (chart_.span >= days{1}) return text.substr(0, 10);
        auto const period = chart_.span * static_cast<std::int64_t>(chart_.size());
        return period > hours{24} ? text.substr(5, 5) + ' ' + text.substr(11, 5)
                                  : text.substr(11, 5);
    }

    [[nodiscard]] auto title_of(std::size_t span) const -> std::string {
        auto result = time_text(span, true);
        for (auto const& layer : chart_.layers) {
            if (layer.values[span] == 0) continue;
            result += ", " + (layer.name.empty() ? "" : layer.name + ' ') +
                      chart_value(layer.values[span], chart_.is_bytes);
        }
        return result;
    }

    time_chart const& chart_;
    double width_;
    double height_;
    double step_;  // between two lines
    double top_;   // the value of the highest line
    double bar_;
    svg_writer out_;
};

/// Draws who sends on the left, who receives on the right, and bands between them that are as wide
/// as what is sent: a Sankey diagram.
template <class = void>
class link_chart_drawing {
public:
    link_chart_drawing(link_chart const& chart, double width, double height)
        : chart_{chart},
          width_{width},
          height_{height},
          out_{width, height, chart.title, "chart links"} {
        for (auto const& one : chart.links) {
            side_of(senders_, one.from).value += static_cast<double>(one.value);
            side_of(receivers_, one.to).value += static_cast<double>(one.value);
            total_ += static_cast<double>(one.value);
        }
    }

    [[nodiscard]] auto draw() -> std::string {
        if (total_ == 0) return out_.finish();
        auto const most = std::max(senders_.size(), receivers_.size());
        scale_ = (height_ - 2 * edge - gap * static_cast<double>(most - 1)) / total_;
        place(senders_);
        place(receivers_);
        draw_links();
        draw_parties(senders_, edge, edge + bar + 6, "begin");
        draw_parties(receivers_, width_ - edge - bar, width_ - edge - bar - 6, "end");
        return out_.finish();
    }

private:
    struct party {
        std::string name;
        double value = 0;
        double y = 0;
        double used = 0;  ///< height of the links that are drawn
    };
    static constexpr double edge = 4;
    static constexpr double gap = 10;
    static constexpr double bar = 12;

    static auto side_of(std::vector<party>& all, std::string const& name) -> party& {
        auto const found = std::ranges::find(all, name, &party::name);
        return found != all.end() ? *found : all.emplace_back(party{name});
    }

    /// The largest first, others last.
    void place(std::vector<party>& side) const {
        std::ranges::sort(side, [](party const& a, party const& b) {
            if ((a.name == rest_name) != (b.name == rest_name)) return b.name == rest_name;
            return a.value != b.value ? a.value > b.value : a.name < b.name;
        });
        auto const used = total_ * scale_ + gap * static_cast<double>(side.size() - 1);
        auto y = (height_ - used) / 2;
        for (auto& one : side) {
            one.y = y;
            y += one.value * scale_ + gap;
        }
    }

    void draw_links() {
        for (std::size_t i = 0; i < senders_.size(); ++i) {
            for (auto& to : receivers_) {
                for (auto const& link : chart_.links) {
                    if (link.from == senders_[i].name && link.to == to.name)
                        draw(link, senders_[i], to, "link layer" + std::to_string(i % 8));
                }
            }
        }
    }

    void draw(link_chart::link const& link, party& from, party& to, std::string const& css_class) {
        auto const n = svg_writer::number;
        auto const high = std::max(static_cast<double>(link.value) * scale_, 0.6);
        auto const x0 = edge + bar;
        auto const x1 = width_ - edge - bar;
        auto const middle = n((x0 + x1) / 2);
        auto const y0 = from.y + from.used;
        auto const y1 = to.y + to.used;
        from.used += static_cast<double>(link.value) * scale_;
        to.used += static_cast<double>(link.value) * scale_;
        auto const data = 'M' + n(x0) + ' ' + n(y0) + 'C' + middle + ' ' + n(y0) + ' ' + middle +
                          ' ' + n(y1) + ' ' + n(x1) + ' ' + n(y1) + 'v' + n(high) + 'C' + middle +
                          ' ' + n(y1 + high) + ' ' + middle + ' ' + n(y0 + high) + ' ' + n(x0) +
                          ' ' + n(y0 + high) + 'z';
        out_.path(data, css_class,
                  link.from + " \xE2\x86\x92 " + link.to + ": " +
                      chart_value(link.value, chart_.is_bytes));
    }

    void draw_parties(std::vector<party> const& side, double x, double text_x,
                      std::string_view anchor) {
        auto free_from = -100.0;  // below the last label
        for (std::size_t i = 0; i < side.size(); ++i) {
            auto const& one = side[i];
            auto const high = std::max(one.value * scale_, 1.0);
            auto const amount = chart_value(one.value, chart_.is_bytes);
            out_.rect(x, one.y, bar, high, "party", one.name + ": " + amount);
            auto const y = std::max(one.y + high / 2 + 4, free_from);
            free_from = y + 13;
            out_.text(text_x, y, shortened(one.name) + "  " + amount,
                      std::string{anchor} + " halo");
        }
    }

    [[nodiscard]] auto shortened(std::string const& name) const -> std::string {
        return escaped(name, width_ < 600 ? 18 : 40);
    }

    link_chart const& chart_;
    double width_;
    double height_;
    double total_ = 0;
    double scale_ = 0;
    std::vector<party> senders_{};
    std::vector<party> receivers_{};
    svg_writer out_;
};

}  // namespace detail

/// Draws a chart over time; sizes are in CSS pixels. The elements have classes for a style sheet:
/// `layerN` for the bars of layer N (`reject` for those of REJECT), `axis` and `grid` for lines,
/// `begin` and `end` for how texts are aligned, and `hit` for the invisible area over each span
/// that shows its values.
template <class = void>
[[nodiscard]] auto to_svg(time_chart const& chart, double width, double height) -> std::string {
    return detail::time_chart_drawing<>{chart, width, height}.draw();
}

/// A Sankey diagram of links. Its classes are `link layerN`, of which N is the sender's rank,
/// `party`, `begin` and `end`.
template <class = void>
[[nodiscard]] auto to_svg(link_chart const& chart, double width, double height) -> std::string {
    return detail::link_chart_drawing<>{chart, width, height}.draw();
}

}  // namespace flowlog

#endif
