-- Run by `ardour7-lua`: does in a new session what drumd's script for Ardour does, and says what is
-- joined. Arguments: the session's folder, the script, the server's frames a second, our JACK name.
local folder, script, rate, client = arg[1], arg[2], tonumber (arg[3]), arg[4]

assert (AudioEngine:set_backend ("JACK", client, ""), "no JACK backend")
Session = assert (create_session (folder, "jam", rate))
ardour = function () end
dofile (script)
factory () ()
sleep (0.5)
for track in Session:get_tracks ():iter () do
	local into, out_of = track:output ():nth (0), track:input ():nth (0)
	print ("track " .. track:name ()
		.. " plays drumd " .. tostring (into:connected_to ("drumd-in:Guitar"))
		.. " hears drumd " .. tostring (out_of:connected_to ("drumd:AI Drums")))
end
print ("done")
io.stdout:flush ()
