# 100 digits of a data set in IDX as arrays in C.  cmake -D FOLDER=digits -D HEADER=digits.h -P embed.cmake
cmake_minimum_required(VERSION 3.22)
set(text "/* Drawn by lentil data synth. */\n")
function(embed name file first)
  file(READ ${FOLDER}/${file} hex OFFSET ${first} HEX)  # behind the format's head
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${hex}")
  set(text "${text}static const unsigned char ${name}[] = {${bytes}};\n" PARENT_SCOPE)
endfunction()
embed(digits train-images-idx3-ubyte 16)
embed(digit_labels train-labels-idx1-ubyte 8)
file(WRITE ${HEADER} "${text}")
