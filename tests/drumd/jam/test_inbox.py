import mido

from drumd.jam.jam import Inbox

NOTE = mido.Message("note_on", note=40)
CLOCK = mido.Message("clock")


def test_messages_come_out_in_the_order_they_came_in():
    inbox = Inbox()
    for time in range(5):
        inbox.put(time, NOTE)
    assert [time for time, _ in inbox.take(3)] == [0, 1, 2]
    assert [time for time, _ in inbox.take()] == [3, 4]
    assert not list(inbox.take())


def test_what_is_too_much_is_dropped_and_counted():
    inbox = Inbox(limit=10)
    for time in range(20):
        inbox.put(time, NOTE)
    assert inbox.dropped == 15 and inbox.heard == 20
    assert [time for time, _ in inbox.take()] == [0, 1, 2, 3, 4]


def test_a_flood_of_notes_leaves_room_for_the_clock():
    inbox = Inbox(limit=10)
    for _ in range(20):
        inbox.put(0.0, NOTE)
    for _ in range(5):
        inbox.put(1.0, CLOCK)
    assert [message.type for _, message in inbox.take()] == ["note_on"] * 5 + ["clock"] * 5
