"""A GTK window with a bit of everything, on which nothing moves by itself.

usage: gtk_window.py WIDTH HEIGHT X Y [rgba]     rgba: in a visual with alpha, not the screen's own

Needs the system's Python with the packages python3-gi and gir1.2-gtk-3.0.
"""

import sys

import gi

gi.require_version("Gtk", "3.0")
from gi.repository import Gtk  # noqa: E402


def fill(window):
    box = Gtk.Box(orientation=Gtk.Orientation.VERTICAL, spacing=6, border_width=8)
    label = Gtk.Label()
    label.set_markup("<b>Bold</b>, <i>italic</i>, <span foreground='#c03020' size='x-large'>large</span>, ünïcödé")
    buttons = Gtk.Box(spacing=6)
    for widget in (Gtk.Button(label="Button"), Gtk.CheckButton(label="Check", active=True), Gtk.Switch(active=True),
                   Gtk.SpinButton.new_with_range(0, 100, 1)):
        buttons.pack_start(widget, False, False, 0)
    scale = Gtk.Scale.new_with_range(Gtk.Orientation.HORIZONTAL, 0, 10, 1)
    scale.set_value(4)
    rows = Gtk.ListStore(str, int)
    for i in range(40):
        rows.append([f"row {i}", i * i])
    table = Gtk.TreeView(model=rows)
    for i, title in enumerate(("name", "square")):
        table.append_column(Gtk.TreeViewColumn(title, Gtk.CellRendererText(), text=i))
    scrolled = Gtk.ScrolledWindow(overlay_scrolling=False)
    scrolled.add(table)
    for widget in (label, buttons, Gtk.Entry(text="an entry", can_focus=False), scale, Gtk.ProgressBar(fraction=0.4)):
        box.pack_start(widget, False, False, 0)
    box.pack_start(scrolled, True, True, 0)
    window.add(box)


def main():
    width, height, x, y = map(int, sys.argv[1:5])
    Gtk.Settings.get_default().set_properties(gtk_cursor_blink=False, gtk_enable_animations=False)
    window = Gtk.Window(title="GTK", default_width=width, default_height=height)
    if "rgba" in sys.argv[5:]:
        visual = window.get_screen().get_rgba_visual()
        if visual is None:
            sys.exit("this screen has no visual with alpha")
        window.set_visual(visual)
    fill(window)
    window.move(x, y)
    window.connect("destroy", Gtk.main_quit)
    window.show_all()
    Gtk.main()


main()
