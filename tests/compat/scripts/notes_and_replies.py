"""Leaves notes with labels and recipients on a shot, answers them, and reads the thread back."""

import ftrack_api
import ftrack_api.symbol


def show(note, depth=0):
    author = note["author"]
    print("{0}{1}: {2}".format("  " * depth, author["username"], note["content"]))
    for reply in sorted(note["replies"], key=lambda n: n["content"]):
        show(reply, depth + 1)


session = ftrack_api.Session()
me = session.query('User where username is "{0}"'.format(session.api_user)).one()
anna = session.query('User where username is "anna.lind"').one()
shot = session.query('Shot where name is "sq010_sh020"').one()
labels = session.query("NoteLabel").all()
client = [label for label in labels if label["name"] == "For client"][0]

note = shot.create_note("Please check the horizon", me, recipients=[anna], labels=[client])
print("pending", len(session.created), ftrack_api.inspection.state(note) is ftrack_api.symbol.CREATED)
session.commit()
print(ftrack_api.inspection.state(note) is ftrack_api.symbol.NOT_SET)

note.create_reply("Done, \u00e5\u00e4\u00f6 \u2713", anna)
note.create_reply('With "quotes" and \\ backslash', me)
session.commit()

other = ftrack_api.Session()
found = other.query(
    "select content, author, replies.content, replies.author, note_label_links.label.name, "
    'recipients.resource_id from Note where id is "{0}"'.format(note["id"])
).one()
show(found)
print([link["label"]["name"] for link in found["note_label_links"]])
print(len(found["recipients"]), anna["id"] in [recipient["resource_id"] for recipient in found["recipients"]])
print(found["parent_type"], found["parent_id"] == shot["id"], found["in_reply_to"])

try:
    shot.create_note("two of a kind", me, category=client, labels=[client])
except ValueError as error:
    print("refused:", type(error).__name__)

quoted = other.query('select id from Note where content like "%quotes%"').all()
print(len(quoted))
for reply in list(note["replies"]):
    session.delete(reply)
session.delete(note)
session.commit()
other.reset()
print(other.query('Note where id is "{0}"'.format(note["id"])).first())
session.close()
other.close()
