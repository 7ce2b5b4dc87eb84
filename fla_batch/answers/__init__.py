"""What the portal answers: acknowledgements (ACRF), notifications (NOTI), consultation answers.

`acknowledgement` and `notification` read, `writer` writes the same messages for the sandbox,
`matching` finds the form or batch that an answer is about. Strict in what is sent, tolerant in
what is read: 4-responses in the documentation of the channel, docs/reference/answers.md here.
"""
